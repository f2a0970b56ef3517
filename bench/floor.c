/*
 * The least that a correct delivery into a Maildir can do: read standard input, write it once, sync
 * the file, give it its name in new/, sync the directory. No options, no accounts, no rules, no log.
 * What culver-deliver costs above this is what its features cost.
 *
 *	floor MAILDIR <message
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { FLOOR_CHUNK = 64 * 1024, FLOOR_PATH_SIZE = 4096 };

static void
floor_fail(const char *what)
{
	perror(what);
	exit(EX_TEMPFAIL);
}

static void
floor_copy(int target)
{
	static char bytes[FLOOR_CHUNK];
	ssize_t got;

	while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		if (write(target, bytes, (size_t)got) != got)
			floor_fail("write");
	if (got < 0)
		floor_fail("read");
}

int
main(int count, char **arguments)
{
	char temporary[FLOOR_PATH_SIZE], name[FLOOR_PATH_SIZE], directory[FLOOR_PATH_SIZE];
	struct timespec now;

	if (count != 2) {
		fputs("usage: floor MAILDIR <message\n", stderr);
		return EX_USAGE;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(directory, sizeof directory, "%s/new", arguments[1]);
	snprintf(temporary, sizeof temporary, "%s/tmp/%lld.%09ld.%ld", arguments[1],
	    (long long)now.tv_sec, now.tv_nsec, (long)getpid());
	snprintf(name, sizeof name, "%s/new/%lld.%09ld.%ld", arguments[1], (long long)now.tv_sec,
	    now.tv_nsec, (long)getpid());

	int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		floor_fail(temporary);
	floor_copy(file);
	if (fsync(file) < 0)
		floor_fail("fsync");
	if (rename(temporary, name) < 0)
		floor_fail(name);
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || fsync(folder) < 0)
		floor_fail(directory);
	return EX_OK;
}
