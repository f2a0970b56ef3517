/*
 * The names of a Maildir's messages, from new and cur, in the order of their names (which is the order
 * in which they came). Collected before the first is opened, since a directory that is renamed in while
 * it is read may show a name twice or never. Bounded by MAILDIR_NAMES_MAX.
 */
#ifndef HANDLE_MAILDIR_NAMES_H
#define HANDLE_MAILDIR_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"

enum { MAILDIR_NAMES_MAX = 10000000 };

struct maildir_name {
	const char *name; /* in its directory */
	bool is_new;
};

struct maildir_names {
	struct arena *arena;
	const char *path;
	struct maildir_name *items;
	size_t count, capacity;
	struct arena present; /* what holds the table */
	struct table by_base; /* for names that changed; made when the first is missed */
	int64_t looked;       /* when; 0: never */
};

/* Has it the directories cur and new? */
bool maildir_names_is_maildir(const char *path);
/* The arena holds the names. To be closed. */
bool maildir_names_collect(
    struct arena *arena, const char *path, struct maildir_names *names_out, struct error *error);
/* The message under the name that it has by now: readers rename to set flags. False: it is gone. The
 * name holds until this is asked again. */
bool maildir_names_find_again(struct maildir_names *names, struct maildir_name *name);
void maildir_names_close(struct maildir_names *names);
/* "FRS" of "1.2.host:2,FRS". */
struct text maildir_names_flags(struct text name);

#endif
