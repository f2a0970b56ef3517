/*
 * Mapped files; see mapped_file.h. The handler needs no state: whatever page the process has mapped and
 * the file does not have any more becomes a page of zeros.
 */
#include "system/mapped_file.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
mapped_file_fault(int number, siginfo_t *info, void *context)
{
	int kept = errno;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)info->si_addr & ~(page - 1);

	(void)context;
	if (info->si_code != BUS_ADRERR ||
	    mmap((void *)start, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		MAP_FAILED) {
		/* Not a file that became shorter: the instruction is repeated and ends the process. */
		struct sigaction ends = {.sa_handler = SIG_DFL};
		sigaction(number, &ends, NULL);
	}
	errno = kept;
}

void
mapped_file_guard(void)
{
	struct sigaction action = {.sa_sigaction = mapped_file_fault, .sa_flags = SA_SIGINFO};

	sigaction(SIGBUS, &action, NULL);
}

bool
mapped_file_open(
    int descriptor, const char *what, struct mapped_file *file_out, struct error *error)
{
	struct stat status;
	off_t position = lseek(descriptor, 0, SEEK_CUR);

	*file_out = (struct mapped_file){.descriptor = descriptor};
	if (fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode)) {
		error_set(error, ERROR_INPUT, "cannot read %s: it is not a regular file", what);
		mapped_file_close(file_out);
		return false;
	}
	if (position < 0 || fstat(descriptor, &status) < 0) {
		error_set_errno(error, "cannot look at %s", what);
		mapped_file_close(file_out);
		return false;
	}
	if (status.st_size <= position)
		return true;
	file_out->mapped_size = (size_t)status.st_size;
	void *mapped = mmap(NULL, file_out->mapped_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (mapped == MAP_FAILED) {
		error_set_errno(error, "cannot map %s", what);
		mapped_file_close(file_out);
		return false;
	}
	file_out->mapped = mapped;
	file_out->bytes = text_slice(
	    (struct text){mapped, file_out->mapped_size}, (size_t)position, file_out->mapped_size);
	return true;
}

bool
mapped_file_is_whole(const struct mapped_file *file)
{
	struct stat status;

	if (file->descriptor < 0 || file->mapped == NULL)
		return true;
	return fstat(file->descriptor, &status) == 0 &&
	       (uint64_t)status.st_size >= file->mapped_size;
}

void
mapped_file_close(struct mapped_file *file)
{
	if (file->mapped != NULL)
		munmap(file->mapped, file->mapped_size);
	if (file->descriptor >= 0)
		close(file->descriptor);
	*file = (struct mapped_file){.descriptor = -1};
}
