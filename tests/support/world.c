/* The world around a kiosk process, for rigs: loaded with LD_PRELOAD between the program and libc.
 *
 * JIUJIN_WORLD_FOLDER   only calls on files below this folder count
 * JIUJIN_WORLD_FAIL=N   the N-th open, write, sync, truncate, unlink or rename there fails; `N+` all from there on
 * JIUJIN_WORLD_ERRNO    5 (EIO) or 28 (ENOSPC)
 * JIUJIN_WORLD_COUNT    a file that receives the number of calls at the end
 * JIUJIN_WORLD_CLOCK    a file with seconds to add to the wall clock, looked at every time; never to the monotonic one
 *
 * Built as a program, it cuts the power of the file system it is given: EXT4_IOC_SHUTDOWN without a log flush.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FILES_MAX 4096

static atomic_long calls;
static atomic_char ours[FILES_MAX];

static int is_ours(const char *path) {
    const char *folder = getenv("JIUJIN_WORLD_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int fd_is_ours(int fd) { return fd >= 0 && fd < FILES_MAX && ours[fd]; }

static int fails(void) {
    const char *wish = getenv("JIUJIN_WORLD_FAIL"), *number = getenv("JIUJIN_WORLD_ERRNO");
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (!wish) return 0;
    long from = atol(wish);
    if (n != from && !(n > from && strchr(wish, '+'))) return 0;
    errno = number ? atoi(number) : EIO;
    return 1;
}

__attribute__((destructor)) static void count(void) {
    const char *path = getenv("JIUJIN_WORLD_COUNT");
    if (!path) return;
    char text[32];
    int fd = syscall(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return;
    int length = snprintf(text, sizeof text, "%ld", (long)calls);
    syscall(SYS_write, fd, text, length);
    syscall(SYS_close, fd);
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < FILES_MAX) ours[fd] = is_ours(path);
    return fd;
}

#define OPEN(name)                                                  \
    int name(const char *path, int flags, ...) {                    \
        va_list rest;                                               \
        va_start(rest, flags);                                      \
        mode_t mode = va_arg(rest, mode_t);                         \
        va_end(rest);                                               \
        if (is_ours(path) && fails()) return -1;                    \
        return opened(REAL(name)(path, flags, mode), path);         \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (fd >= 0 && fd < FILES_MAX) ours[fd] = 0;
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    return fd_is_ours(fd) && fails() ? -1 : REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return fd_is_ours(fd) && fails() ? -1 : REAL(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    return fd_is_ours(fd) && fails() ? -1 : REAL(pwrite64)(fd, bytes, length, at);
}

int fsync(int fd) { return fd_is_ours(fd) && fails() ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return fd_is_ours(fd) && fails() ? -1 : REAL(fdatasync)(fd); }

int ftruncate(int fd, off_t length) { return fd_is_ours(fd) && fails() ? -1 : REAL(ftruncate)(fd, length); }

int ftruncate64(int fd, off64_t length) { return fd_is_ours(fd) && fails() ? -1 : REAL(ftruncate64)(fd, length); }

int unlink(const char *path) { return is_ours(path) && fails() ? -1 : REAL(unlink)(path); }

int rename(const char *from, const char *to) { return is_ours(from) && fails() ? -1 : REAL(rename)(from, to); }

static long jump(void) {
    const char *path = getenv("JIUJIN_WORLD_CLOCK");
    char text[32] = "";
    if (!path) return 0;
    int fd = syscall(SYS_open, path, O_RDONLY, 0);
    if (fd < 0) return 0;
    ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    return length > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = REAL(clock_gettime)(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += jump();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int failed = REAL(gettimeofday)(now, zone);
    if (!failed) now->tv_sec += jump();
    return failed;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

int main(int argc, char **argv) {
    /* EXT4_GOING_FLAGS_NOLOGFLUSH: what the disk has is all there ever was. */
    uint32_t no_flush = 2;
    int folder = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (folder < 0 || ioctl(folder, _IOR('X', 125, uint32_t), &no_flush)) {
        perror("cut");
        return 1;
    }
    return 0;
}
