#include "foxtail/store/sqlite/reserve.hpp"

#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace foxtail::sqlite {

Reserve::Reserve(std::string path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

bool Reserve::make() {
    if (bytes_ == 0 || made_) return true;
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return false;
    made_ = ::posix_fallocate(file, 0, static_cast<off_t>(bytes_)) == 0;
    ::close(file);
    // Half of it would only take room away.
    if (!made_) ::unlink(path_.c_str());
    return made_;
}

bool Reserve::spend() {
    if (!made_) return false;
    made_ = false;
    spent_ = true;
    return ::unlink(path_.c_str()) == 0;
}

}  // namespace foxtail::sqlite
