/*
 * `save`: an attachment becomes a file of its own in a directory of the user's. The file appears whole
 * or not at all, under a name that was free, and is synced with its directory before anybody says that it
 * was saved.
 */
#ifndef AGENT_ATTACHMENT_SAVE_H
#define AGENT_ATTACHMENT_SAVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "filter/engine/attachment/attachment_host.h"

enum { ATTACHMENT_SAVE_NAMES_MAX = 10000 /* tried, "name-1.pdf" and so on */ };

struct attachment_place {
	const struct settings *settings; /* umask, create_folders */
	const char *home;                /* "~/" means it; the working directory is it already */
	pid_t process;                   /* ours, for the temporary name; 0: it is asked for */
};

/* The path is absolute where the directory's was, in the arena. False: there is no new file. */
bool attachment_save(struct arena *arena, const struct attachment_place *place,
    const struct attachment_request *request, struct text *path_out, struct error *error);

#endif
