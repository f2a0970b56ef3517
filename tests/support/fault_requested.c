/*
 * The test build's answer of base/fault.h, linked before libbase.a. CULVER_FAULT asks for one
 * fault:
 *
 *	POINT=ERRNO	the point fails with that error (ENOSPC, EIO, ...)
 *	POINT=kill	the process dies there, by SIGKILL
 *	POINT=ERRNO@3	from its third visit on
 *	POINT=kill@3	at its third visit
 *
 * A process that ends by exit() without having reached the point that was asked for ends with
 * status FAULT_NOT_REACHED and a line on stderr, so that a test of a point that is gone notices.
 */
#include "base/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAULT_NOT_REACHED = 99 };

static unsigned fault_visits;
static bool fault_was_reached;

static int
fault_number(const char *name, size_t size)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {
	    {"EACCES", EACCES},
	    {"EDQUOT", EDQUOT},
	    {"EEXIST", EEXIST},
	    {"EFBIG", EFBIG},
	    {"EINTR", EINTR},
	    {"EINVAL", EINVAL},
	    {"EIO", EIO},
	    {"EMFILE", EMFILE},
	    {"ENOENT", ENOENT},
	    {"ENOSPC", ENOSPC},
	    {"ENOTSUP", ENOTSUP},
	    {"EPERM", EPERM},
	    {"EROFS", EROFS},
	    {"EXDEV", EXDEV},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == size && memcmp(known[i].name, name, size) == 0)
			return known[i].number;
	fprintf(stderr, "CULVER_FAULT: unknown error \"%.*s\"\n", (int)size, name);
	abort();
}

bool
fault_is_requested(const char *point)
{
	const char *request = getenv("CULVER_FAULT");

	if (request == NULL)
		return false;
	size_t size = strlen(point);
	if (strncmp(request, point, size) != 0 || request[size] != '=')
		return false;
	const char *mode = request + size + 1;
	size_t mode_size = strcspn(mode, "@");
	unsigned long first = mode[mode_size] == '@' ? strtoul(mode + mode_size + 1, NULL, 10) : 1;
	if (++fault_visits < first)
		return false;
	fault_was_reached = true;
	if (mode_size == 4 && memcmp(mode, "kill", 4) == 0) {
		kill(getpid(), SIGKILL);
		pause();
	}
	errno = fault_number(mode, mode_size);
	return true;
}

__attribute__((destructor)) static void
fault_report(void)
{
	const char *request = getenv("CULVER_FAULT");

	if (request == NULL || fault_was_reached)
		return;
	fprintf(stderr, "the requested fault \"%s\" was not reached\n", request);
	_exit(FAULT_NOT_REACHED);
}
