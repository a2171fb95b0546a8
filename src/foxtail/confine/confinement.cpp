#include "foxtail/confine/confinement.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace foxtail {
namespace {

constexpr const char* const calls[] = {
#include "foxtail/confine/allowed_calls.inc"
};

constexpr std::array families = {AF_INET, AF_INET6, AF_NETLINK};
constexpr scmp_datum_t namespaces = std::uint64_t{CLONE_NEWNS} | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr scmp_datum_t written = PROT_WRITE;
constexpr scmp_datum_t executed = PROT_EXEC;

/// Adds rules until one fails; of calls that this machine does not have there is nothing to add.
class Rules {
public:
    explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

    void allow(const char* call) { add(SCMP_ACT_ALLOW, call, nullptr); }
    /// Allowed while the bits of the argument under the mask are these.
    void allow_if(const char* call, unsigned argument, scmp_datum_t mask, scmp_datum_t bits) {
        const scmp_arg_cmp condition{argument, SCMP_CMP_MASKED_EQ, mask, bits};
        add(SCMP_ACT_ALLOW, call, &condition);
    }
    /// As on a kernel that does not have it yet: the C library goes another way.
    void unknown(const char* call) { add(SCMP_ACT_ERRNO(ENOSYS), call, nullptr); }
    void set(scmp_filter_attr what, std::uint32_t value) {
        if (failure_ == 0) failure_ = seccomp_attr_set(filter_, what, value);
    }
    [[nodiscard]] int failure() const { return failure_; }

private:
    void add(std::uint32_t action, const char* call, const scmp_arg_cmp* condition) {
        const int number = seccomp_syscall_resolve_name(call);
        if (failure_ != 0 || number == __NR_SCMP_ERROR) return;
        failure_ = seccomp_rule_add_array(filter_, action, number, condition == nullptr ? 0 : 1,
                                          condition);
        // Known, and not on this machine.
        if (failure_ == -EDOM) failure_ = 0;
    }

    scmp_filter_ctx filter_;
    int failure_ = 0;
};

struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
};

}  // namespace

std::span<const char* const> allowed_calls() {
    return calls;
}

Result<void> confine() {
    const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    if (!filter) return fail(Code::unavailable, "no memory for a filter of system calls");
    Rules rules(filter.get());
    rules.set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
    for (const char* call : calls) rules.allow(call);
    for (const int family : families)
        rules.allow_if("socket", 0, 0xFFFFFFFF, static_cast<scmp_datum_t>(family));
    for (const char* map : {"mmap", "mmap2"}) {
        rules.allow_if(map, 2, executed, 0);
        rules.allow_if(map, 2, executed | written, executed);
    }
    rules.allow_if("mprotect", 2, executed, 0);
    rules.allow_if("clone", 0, namespaces, 0);
    // Its flags lie in memory, where no filter can look.
    rules.unknown("clone3");
    const int failure = rules.failure() != 0 ? rules.failure() : seccomp_load(filter.get());
    if (failure == 0) return {};
    return fail(Code::unavailable,
                "system calls are not filtered: " + std::string(std::strerror(-failure)));
}

Result<void> leave_no_core() {
    constexpr const char* which_memory = "/proc/self/coredump_filter";
    std::string failed;
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0)
        failed = std::string("the limit of core files stays: ") + std::strerror(errno);
    // The limit is for files. Where core_pattern is a pipe, its program gets the core all the same.
    const int file = ::open(which_memory, O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1)
        failed +=
            std::string(failed.empty() ? "" : "; ") + which_memory + ": " + std::strerror(errno);
    if (file >= 0) (void)::close(file);
    if (failed.empty()) return {};
    return fail(Code::unavailable, std::move(failed));
}

}  // namespace foxtail
