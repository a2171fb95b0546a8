// For LD_PRELOAD: the wall clock, so many seconds from where it is (FOXTAIL_CLOCK_SHIFT_S), for a house that lived weeks ago; or so many
// microseconds as the file FOXTAIL_CLOCK_SHIFT_FILE says (8 bytes, as the machine writes them), for one whose night passes while the test turns it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* turned_us;

// Before the program shuts itself in.
__attribute__((constructor)) static void find_clock(void) {
    const char* path = getenv("FOXTAIL_CLOCK_SHIFT_FILE");
    if (path == NULL) return;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void* found = mmap(NULL, sizeof *turned_us, PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) turned_us = found;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
    static int (*real)(clockid_t, struct timespec*);
    if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
    const int done = real(clock, now);
    if (done != 0 || clock != CLOCK_REALTIME) return done;
    const char* shift = getenv("FOXTAIL_CLOCK_SHIFT_S");
    if (shift != NULL) now->tv_sec += atol(shift);
    if (turned_us != NULL) {
        const int64_t us = (int64_t)now->tv_sec * 1000000 + now->tv_nsec / 1000 + *turned_us;
        now->tv_sec = us / 1000000;
        now->tv_nsec = us % 1000000 * 1000;
    }
    return done;
}
