/*
 * Completing the standard streams; see standard_streams.h. A file that is opened while one of them
 * is closed takes its number: what is said on standard error would then be written into somebody's
 * mailbox. One poll() looks at all three.
 */
#include "system/standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <unistd.h>

bool
standard_streams_complete(void)
{
	struct pollfd streams[] = {
	    {.fd = STDIN_FILENO}, {.fd = STDOUT_FILENO}, {.fd = STDERR_FILENO}};
	const size_t count = sizeof streams / sizeof *streams;

	while (poll(streams, count, 0) < 0)
		if (errno != EINTR)
			return false;
	for (size_t i = 0; i < count; i++)
		/* The lowest free number is this one, since those below are open by now. */
		if ((streams[i].revents & POLLNVAL) != 0 &&
		    open("/dev/null", O_RDWR | O_NOCTTY) != streams[i].fd)
			return false;
	return true;
}
