/*
 * culver as lockfile: options and files in the order in which they stand, as that program takes them.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "handle/compat/lock_files.h"
#include "programs/compat_name.h"
#include "programs/culver.h"
#include "system/signals.h"

enum {
	COMPAT_LOCKFILE_ARENA_SIZE = 8 * 1024,
	COMPAT_LOCKFILE_SLEEP = 8,
	COMPAT_LOCKFILE_SUSPEND = 16,
};

static const char compat_lockfile_help[] =
    "usage: lockfile [-SECONDS] [-r RETRIES] [-l SECONDS] [-s SECONDS] [-!] [-ml] [-mu] [FILE "
    "...]\n"
    "       lockfile -v | -h\n"
    "\n"
    "This is culver, called as lockfile; see culver-compat(7). Options and files are done in "
    "their\n"
    "order. Delivery rules lock by themselves; mailfilter(5) has dotlock and flock.\n"
    "\n"
    "  -SECONDS    sleep so long between two tries; else 8\n"
    "  -r RETRIES  give up after so many tries more; else, and with -1, never\n"
    "  -l SECONDS  remove a file that did not change for so long\n"
    "  -s SECONDS  wait so long after such a removal; else 16\n"
    "  -!          swap the exit statuses 0 and 73\n"
    "  -ml  -mu    lock, unlock your mailbox in /var/mail\n"
    "  -v  -h      version; this text\n"
    "\n"
    "Exit status: 0 all files are made; otherwise none is: 64 usage; 69 one cannot be made; 73 no\n"
    "retries are left; 75 a signal came.\n";

struct compat_lockfile {
	struct lock_files files;
	char **arguments; /* the next one */
	bool inverts;
	bool has_done; /* something was locked or unlocked */
};

static int
compat_lockfile_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "lockfile: %s%s%s; \"lockfile -h\" shows the options, and dotlock in mailfilter(5) "
	    "locks "
	    "in delivery rules\n",
	    what, *argument != '\0' ? " " : "", argument);
	return EX_USAGE;
}

/* A number behind an option's letter or in the next argument; -1 where that means something. */
static bool
compat_lockfile_take_number(
    struct compat_lockfile *lockfile, const char *rest, bool may_be_endless, int64_t *number_out)
{
	uint64_t number;

	if (*rest == '\0' && *lockfile->arguments != NULL)
		rest = *lockfile->arguments++;
	if (may_be_endless && strcmp(rest, "-1") == 0) {
		*number_out = -1;
		return true;
	}
	if (!number_parse_unsigned(text_from_string(rest), INT32_MAX, &number))
		return false;
	*number_out = (int64_t)number;
	return true;
}

static int
compat_lockfile_mailbox(struct compat_lockfile *lockfile, const char *rest)
{
	if (strcmp(rest, "l") != 0 && strcmp(rest, "u") != 0)
		return compat_lockfile_refuse("unknown option -m", rest);
	const char *path = lock_files_mailbox(&lockfile->files);
	if (path == NULL)
		return EX_OSERR;
	lockfile->has_done = true;
	if (*rest == 'l')
		return lock_files_create(&lockfile->files, path);
	if (unlink(path) == 0)
		return EX_OK;
	fprintf(stderr, "lockfile: Can't unlock \"%s\"\n", path);
	return EX_USAGE;
}

/* An argument with an option; EX_OK, or the exit status. */
static int
compat_lockfile_take(struct compat_lockfile *lockfile, const char *argument)
{
	struct lock_files *files = &lockfile->files;
	const char *rest = argument + 1;
	bool is_taken = true;

	while (*rest == '!') {
		lockfile->inverts = !lockfile->inverts;
		rest++;
	}
	if (*rest == '\0')
		return argument[1] == '!' ? EX_OK
					  : compat_lockfile_refuse("unknown option", argument);
	if (*rest == 'm')
		return compat_lockfile_mailbox(lockfile, rest + 1);
	if (*rest == 'r')
		is_taken = compat_lockfile_take_number(lockfile, rest + 1, true, &files->retries);
	else if (*rest == 'l')
		is_taken =
		    compat_lockfile_take_number(lockfile, rest + 1, false, &files->force_after);
	else if (*rest == 's')
		is_taken = compat_lockfile_take_number(lockfile, rest + 1, false, &files->suspend);
	else if (text_is_digit(*rest))
		is_taken = compat_lockfile_take_number(lockfile, rest, false, &files->sleep);
	else
		return compat_lockfile_refuse("unknown option", argument);
	return is_taken ? EX_OK : compat_lockfile_refuse("a number belongs behind", argument);
}

int
compat_name_lockfile(int count, char **arguments)
{
	char first[COMPAT_LOCKFILE_ARENA_SIZE];
	struct arena arena;
	int status = EX_OK;

	(void)count;
	arena_init(&arena, first, sizeof first);
	struct compat_lockfile lockfile = {
	    .files = {.arena = &arena,
		.name = "lockfile",
		.sleep = COMPAT_LOCKFILE_SLEEP,
		.retries = -1,
		.suspend = COMPAT_LOCKFILE_SUSPEND},
	    .arguments = arguments + 1,
	};
	signals_install(0);
	while (status == EX_OK && *lockfile.arguments != NULL) {
		const char *argument = *lockfile.arguments++;
		if (strcmp(argument, "-v") == 0)
			return culver_print(TEXT("lockfile (culver " CULVER_VERSION ")\n"));
		if (strcmp(argument, "-?") == 0 || culver_is_help(argument))
			return culver_print(TEXT(compat_lockfile_help));
		if (*argument == '-') {
			status = compat_lockfile_take(&lockfile, argument);
		} else {
			lockfile.has_done = true;
			status = lock_files_create(&lockfile.files, argument);
		}
	}
	if (status == EX_OK && !lockfile.has_done)
		status = compat_lockfile_refuse("expected the name of a file to make", "");
	if (status != EX_OK)
		lock_files_remove(&lockfile.files);
	arena_clear(&arena);
	if (lockfile.inverts && (status == EX_OK || status == EX_CANTCREAT))
		return status == EX_OK ? EX_CANTCREAT : EX_OK;
	return status;
}
