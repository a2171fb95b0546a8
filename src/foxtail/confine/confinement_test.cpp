#include "foxtail/confine/confinement.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <ios>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foxtail {
namespace {

/// What `work` gives in a process of its own, which ends with it: there is no way back.
int apart(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int could_not = 100;

/// The errno of a call that fails once confined; 0 when it went well.
int confined(const std::function<long()>& call) {
    return apart([&] {
        if (!confine()) return could_not;
        errno = 0;
        return call() < 0 ? errno : 0;
    });
}

TEST(Confinement, what_a_hub_never_needs_fails) {
    EXPECT_EQ(confined([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }), EPERM);
    EXPECT_EQ(confined([] { return ::mount("none", "/", "tmpfs", MS_RDONLY, ""); }), EPERM);
    EXPECT_EQ(confined([] { return ::chroot("/"); }), EPERM);
    EXPECT_EQ(confined([] { return ::unshare(CLONE_NEWUSER); }), EPERM);
    EXPECT_EQ(confined([] { return ::syscall(SYS_bpf, 0, nullptr, 0); }), EPERM);
    EXPECT_EQ(confined([] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }), EPERM);
    EXPECT_EQ(confined([] { return ::syscall(SYS_userfaultfd, 0); }), EPERM);
    EXPECT_EQ(confined([] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }), EPERM);
    EXPECT_EQ(confined([] { return ::syscall(SYS_process_vm_readv, ::getppid(), 0, 0, 0, 0, 0); }),
              EPERM);
    EXPECT_EQ(confined([] { return ::setuid(::getuid()); }), EPERM);
}

TEST(Confinement, only_sockets_of_the_network_are_made) {
    for (const int family : {AF_PACKET, AF_UNIX, AF_BLUETOOTH, AF_VSOCK})
        EXPECT_EQ(confined([=] { return ::socket(family, SOCK_STREAM, 0); }), EPERM) << family;
    for (const int family : {AF_INET, AF_NETLINK})
        EXPECT_EQ(confined([=] { return ::socket(family, SOCK_DGRAM, 0); }), 0) << family;
    int pair[2] = {-1, -1};
    EXPECT_EQ(confined([&] { return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair); }), 0);
}

TEST(Confinement, memory_is_written_or_executed_and_never_both) {
    const auto map = [](int how) {
        return confined([=] {
            void* at = ::mmap(nullptr, 4096, how, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            return at == MAP_FAILED ? -1L : 0L;
        });
    };
    EXPECT_EQ(map(PROT_READ | PROT_WRITE), 0);
    EXPECT_EQ(map(PROT_READ | PROT_EXEC), 0);
    EXPECT_EQ(map(PROT_WRITE | PROT_EXEC), EPERM);
    EXPECT_EQ(confined([] {
                  void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                  return static_cast<long>(::mprotect(at, 4096, PROT_READ | PROT_EXEC));
              }),
              EPERM);
}

TEST(Confinement, a_crash_leaves_no_memory_behind) {
    EXPECT_EQ(apart([] {
                  if (!leave_no_core()) return could_not;
                  rlimit cores{1, 1};
                  if (::getrlimit(RLIMIT_CORE, &cores) != 0) return 1;
                  if (cores.rlim_cur != 0 || cores.rlim_max != 0) return 2;
                  unsigned memory = 1;
                  std::ifstream("/proc/self/coredump_filter") >> std::hex >> memory;
                  return memory == 0 ? 0 : 3;
              }),
              0);
}

TEST(Confinement, files_threads_and_programs_of_its_own_go_on_and_are_confined_too) {
    EXPECT_EQ(
        apart([] {
            if (!confine()) return could_not;
            int code = 1;
            std::thread([&] { code = ::unshare(CLONE_FS) < 0 && errno == EPERM ? 0 : 2; }).join();
            if (code != 0) return code;
            const std::string path =
                ::testing::TempDir() + "confined-" + std::to_string(::getpid());
            const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (file < 0 || ::write(file, "x", 1) != 1 || ::fdatasync(file) != 0) return 3;
            if (::unlink(path.c_str()) != 0) return 4;
            char name[] = "sh";
            char option[] = "-c";
            char text[] = "exit 7";
            char* const words[] = {name, option, text, nullptr};
            char* const nothing[] = {nullptr};
            pid_t child = 0;
            if (::posix_spawn(&child, "/bin/sh", nullptr, nullptr, words, nothing) != 0) return 5;
            int status = 0;
            if (::waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7) return 6;
            const pid_t other = ::fork();
            if (other == 0) ::_exit(::chroot("/") < 0 && errno == EPERM ? 0 : 1);
            if (::waitpid(other, &status, 0) != other || WEXITSTATUS(status) != 0) return 8;
            return 0;
        }),
        0);
}

TEST(Confinement, where_the_kernel_does_not_do_it_that_is_told_and_nothing_has_changed) {
    EXPECT_EQ(apart([] {
                  // A kernel without it: a filter that forbids filters.
                  scmp_filter_ctx none = seccomp_init(SCMP_ACT_ALLOW);
                  (void)seccomp_rule_add(none, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0);
                  (void)seccomp_rule_add(none, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 0);
                  if (seccomp_load(none) != 0) return could_not;
                  seccomp_release(none);
                  const auto done = confine();
                  if (done || done.error().code != Code::unavailable) return 1;
                  if (done.error().message.empty()) return 2;
                  return ::socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 3 : 0;
              }),
              0);
}

TEST(Confinement, a_second_time_changes_nothing) {
    EXPECT_EQ(apart([] {
                  if (!confine()) return could_not;
                  // What confines us already has no room for another filter; that is told.
                  (void)confine();
                  return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 0;
              }),
              0);
}

}  // namespace
}  // namespace foxtail
