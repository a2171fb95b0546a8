// For LD_PRELOAD: the wall clock, FOXTAIL_CLOCK_SHIFT_S seconds from where it is. A house that lived weeks ago. Or as many as
// stand in the file FOXTAIL_CLOCK_SHIFT_FILE, a long of this machine, which may change while the program runs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile long* shared_shift(void) {
    static const volatile long* shared;
    const char* path = getenv("FOXTAIL_CLOCK_SHIFT_FILE");
    if (shared != NULL || path == NULL) return shared;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    void* bytes = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (bytes != MAP_FAILED) shared = bytes;
    return shared;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
    static int (*real)(clockid_t, struct timespec*);
    if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
    const int done = real(clock, now);
    if (done != 0 || clock != CLOCK_REALTIME) return done;
    const char* shift = getenv("FOXTAIL_CLOCK_SHIFT_S");
    if (shift != NULL) now->tv_sec += atol(shift);
    const volatile long* shared = shared_shift();
    if (shared != NULL) now->tv_sec += *shared;
    return done;
}
