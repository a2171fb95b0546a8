// Preloaded into foxtail by disk_full.py: while the file that FOXTAIL_FSYNC_FAILS names is there, fsync and
// fdatasync fail as they do on a dying disk.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(void) {
    const char* flag = getenv("FOXTAIL_FSYNC_FAILS");
    const int before = errno;
    const int there = flag != NULL && access(flag, F_OK) == 0;
    errno = there ? EIO : before;
    return there;
}

int fsync(int file) {
    return fails() ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    return fails() ? -1 : (int)syscall(SYS_fdatasync, file);
}
