#include "foxtail/app/files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace foxtail {
namespace {

tl::unexpected<Error> system_error(const std::string& path) {
    return fail(Code::unavailable, path + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return fail(Code::unavailable, path + ": it is a folder");
    std::ifstream in(path, std::ios::binary);
    if (!in) return system_error(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Result<void> replace_file(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return system_error(fresh);
    const bool written = write_all(fd, text) && ::fsync(fd) == 0;
    const int reason = errno;
    ::close(fd);
    errno = reason;
    if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) return system_error(fresh);
    const auto folder = std::filesystem::path(path).parent_path();
    const int folder_fd =
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) return system_error(folder);
    const bool synced = ::fsync(folder_fd) == 0;
    ::close(folder_fd);
    if (!synced) return system_error(folder);
    return {};
}

}  // namespace foxtail
