#include "foxtail/solver/work.hpp"

#include "foxtail/solver/cbc.hpp"
#include "foxtail/solver/frames.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace foxtail::solver {
namespace {

/// All of it, or false at the end of the stream.
bool read_all(int fd, std::string& into, std::size_t size) {
    into.resize(size);
    std::size_t at = 0;
    while (at < size) {
        const auto n = ::read(fd, into.data() + at, size - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

bool write_all(int fd, const std::string& bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto n = ::write(fd, bytes.data() + at, bytes.size() - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

/// The solver prints to standard output whatever it is told: from here on that leads nowhere.
int keep_for_answers(int out_fd) {
    const int mine = ::fcntl(out_fd, F_DUPFD_CLOEXEC, 10);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        ::dup2(nowhere, STDOUT_FILENO);
        ::close(nowhere);
    }
    return mine;
}

}  // namespace

int work(int in_fd, int out_fd) {
    const int answers = keep_for_answers(out_fd);
    if (answers < 0) return 1;
    // The house comes first: plans are polished with what is left of the processor.
    (void)::setpriority(PRIO_PROCESS, 0, 5);
    int code = 0;
    std::string bytes;
    while (read_all(in_fd, bytes, frame_head_bytes)) {
        const auto size = decode_head(bytes);
        if (!size || !read_all(in_fd, bytes, *size)) {
            code = 1;
            break;
        }
        const auto task = decode_task(bytes);
        if (!task) {
            code = 1;
            break;
        }
        if (!write_all(answers, encode(Answer{task->number, solve_whole(*task)}))) break;
    }
    ::close(answers);
    return code;
}

}  // namespace foxtail::solver
