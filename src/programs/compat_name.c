/*
 * The table of names; see compat_name.h.
 */
#include "programs/compat_name.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static const struct compat_name {
	const char *name;
	compat_run *run;
} compat_names[] = {
    {"formail", compat_name_formail},
    {"reformail", compat_name_reformail},
    {"mailbot", compat_name_mailbot},
    {"makemime", compat_name_makemime},
    {"reformime", compat_name_reformime},
    {"lockfile", compat_name_lockfile},
    {"lockmail", compat_name_lockmail},
    {"maildirmake", compat_name_maildirmake},
    {"deliverquota", compat_name_deliverquota},
    {"mailbot", compat_name_mailbot},
    {"makemime", compat_name_makemime},
    {"reformime", compat_name_reformime},
    {"reformail", compat_name_reformail},
    {NULL, NULL},
};

compat_run *
compat_name_find(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	/* Distributions install "formail.culver" and "lockmail.maildrop". */
	for (const struct compat_name *known = compat_names; known->name != NULL; known++) {
		size_t size = strlen(known->name);
		if (strncmp(name, known->name, size) == 0 &&
		    (name[size] == '\0' || strcmp(name + size, ".culver") == 0 ||
			strcmp(name + size, ".maildrop") == 0))
			return known->run;
	}
	return NULL;
}

void
compat_name_block_pipe_signal(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}
