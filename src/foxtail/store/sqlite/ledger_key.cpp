#include "foxtail/store/sqlite/ledger_key.hpp"

#include "foxtail/journal/base64.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail::sqlite {
namespace {

constexpr std::string_view first_line = "foxtail ledger key 1\n";

auto failed(const std::string& path) {
    return fail(Code::unavailable, path + ": " + std::strerror(errno));
}

/// Closes when it goes.
class KeyFile {
public:
    KeyFile(const std::string& path, int flags)
        : file_(::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
    ~KeyFile() {
        if (file_ >= 0) ::close(file_);
    }
    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;
    [[nodiscard]] int get() const { return file_; }
    [[nodiscard]] bool is_open() const { return file_ >= 0; }

private:
    int file_;
};

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(file, text.data(), text.size());
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return ::fsync(file) == 0;
}

Result<void> sync_folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    const KeyFile file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (!file.is_open() || ::fsync(file.get()) != 0) return failed(folder);
    return {};
}

}  // namespace

LedgerSeed make_ledger_seed() {
    LedgerSeed seed{};
    randombytes_buf(seed.data(), seed.size());
    return seed;
}

Result<std::optional<LedgerSeed>> read_ledger_seed(const std::string& path) {
    const KeyFile file(path, O_RDONLY);
    if (!file.is_open()) {
        if (errno == ENOENT) return std::optional<LedgerSeed>{};
        return failed(path);
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failed(path);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(Code::corrupt, path + " may be read by others: chmod 600 it, and if somebody " +
                                       "may have read it, rotate the key");
    std::array<char, 128> buffer{};
    const auto n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0) return failed(path);
    std::string_view text(buffer.data(), static_cast<std::size_t>(n));
    if (!text.starts_with(first_line) || !text.ends_with('\n'))
        return fail(Code::corrupt, path + " is not a ledger's key");
    text.remove_prefix(first_line.size());
    text.remove_suffix(1);
    const auto bytes = ledger::from_base64(text);
    LedgerSeed seed{};
    if (!bytes || bytes->size() != seed.size())
        return fail(Code::corrupt, path + " is not a ledger's key");
    std::copy(bytes->begin(), bytes->end(), seed.begin());
    sodium_memzero(buffer.data(), buffer.size());
    return std::optional<LedgerSeed>(seed);
}

Result<void> write_ledger_seed(const std::string& path, const LedgerSeed& seed) {
    const auto beside = path + ".new";
    ::unlink(beside.c_str());
    {
        const KeyFile file(beside, O_WRONLY | O_CREAT | O_EXCL);
        if (!file.is_open()) return failed(beside);
        std::string text(first_line);
        ledger::append_base64(text, {reinterpret_cast<const char*>(seed.data()), seed.size()});
        text += '\n';
        if (!write_all(file.get(), text)) return failed(beside);
    }
    return replace_ledger_seed(path, beside);
}

Result<void> replace_ledger_seed(const std::string& path, const std::string& by) {
    if (::rename(by.c_str(), path.c_str()) != 0) return failed(path);
    return sync_folder_of(path);
}

std::string ledger_key_beside(const std::string& journal_path) {
    return (std::filesystem::path(journal_path).parent_path() / "ledger.key").string();
}

}  // namespace foxtail::sqlite
