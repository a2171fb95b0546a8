// For LD_PRELOAD: the wall clock, FOXTAIL_CLOCK_SHIFT_S seconds from where it is. A house that lived weeks ago.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec* now) {
    static int (*real)(clockid_t, struct timespec*);
    if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
    const int done = real(clock, now);
    const char* shift = getenv("FOXTAIL_CLOCK_SHIFT_S");
    if (done == 0 && clock == CLOCK_REALTIME && shift != NULL) now->tv_sec += atol(shift);
    return done;
}
