/*
 * A library to be preloaded: each call that moves bytes moves at most $CULVER_SHORT_WRITE of them.
 * The bytes it does move are moved for real, which a tracer that only changes a call's result
 * cannot do.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static size_t
short_write_limit(size_t size)
{
	const char *limit = getenv("CULVER_SHORT_WRITE");
	unsigned long maximum = limit == NULL ? SIZE_MAX : strtoul(limit, NULL, 10);

	return size < maximum ? size : maximum;
}

ssize_t
write(int descriptor, const void *bytes, size_t size)
{
	return syscall(SYS_write, descriptor, bytes, short_write_limit(size));
}

ssize_t
pwrite(int descriptor, const void *bytes, size_t size, off_t offset)
{
	return syscall(SYS_pwrite64, descriptor, bytes, short_write_limit(size), offset);
}

ssize_t
sendfile(int target, int source, off_t *offset, size_t size)
{
	return syscall(SYS_sendfile, target, source, offset, short_write_limit(size));
}

ssize_t
splice(
    int source, off_t *source_offset, int target, off_t *target_offset, size_t size, unsigned flags)
{
	return syscall(SYS_splice, source, source_offset, target, target_offset,
	    short_write_limit(size), flags);
}

ssize_t
read(int descriptor, void *bytes, size_t size)
{
	return syscall(SYS_read, descriptor, bytes, short_write_limit(size));
}
