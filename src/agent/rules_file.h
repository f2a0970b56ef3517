/*
 * Rules files and homes: which ones may be trusted, and reading them. What another user could have
 * written must not run with the recipient's rights.
 */
#ifndef AGENT_RULES_FILE_H
#define AGENT_RULES_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"

enum rules_file_answer {
	RULES_FILE_READ,
	RULES_FILE_MISSING, /* no such file: no rules */
	RULES_FILE_REFUSED, /* there, but not to be trusted or not readable; `error` says why and
			       what to do */
};

/* Reads a rules file that must be a regular file of `owner` or root (the link is followed, the
 * target judged). */
enum rules_file_answer rules_file_read(struct arena *arena, const char *path, uid_t owner,
    enum rules_safety safety, struct text *source_out, struct error *error);

/* Does the path name something below that directory? Absolute, and nothing in it leads out again (".."
 * is not allowed). An empty directory: never. */
bool rules_file_is_below(const char *path, struct text directory);

/* The same for a file that rules name (`include`, `lookup`), where a missing one is an error. One of
 * the administrator's (below the setting maildroprcs) is read like the system's rules, and trusted;
 * one of root's there that a group other than root's may write is refused. */
bool rules_file_read_named(struct arena *arena, struct text name, uid_t owner,
    const struct settings *settings, struct text *source_out, bool *is_trusted_out,
    struct error *error);

/* May mail be delivered below this home? It must be a directory of that owner, not writable by
 * everybody, and not sticky (the documented way to pause delivery while rules are edited). */
bool rules_file_check_home(const char *home, uid_t owner, struct error *error);

/*
 * The file that embedded mode means by a name: below ~/.mailfilters, "/" and "." in the name
 * replaced by ":"; then the name with its last dash part replaced by "-default", and so on; at last
 * "default". NULL with the error when there is none, or when the directory is open to others.
 */
const char *rules_file_find_embedded(
    struct arena *arena, const char *home, const char *name, struct error *error);

#endif
