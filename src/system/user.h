/*
 * Accounts of this host.
 */
#ifndef SYSTEM_USER_H
#define SYSTEM_USER_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

struct user {
	const char *name;
	uid_t uid;
	gid_t gid;
	const char *home;
	const char *shell;
};

enum user_answer {
	USER_FOUND,
	USER_UNKNOWN, /* the account data base works and has no such account */
	USER_LATER,   /* it could not be asked; `error` says why */
};

/*
 * A local account is what /etc/passwd says, read directly; only what is not there is asked of the
 * name service (getpwnam_r(), getpwuid_r()), which may go to the network. The two could differ only
 * where the name service has another source before the local file and both have the name
 * (doc/decisions/passwd-first.md).
 */
enum user_answer user_find_name(
    struct arena *arena, const char *name, struct user *user_out, struct error *error);
enum user_answer user_find_uid(
    struct arena *arena, uid_t uid, struct user *user_out, struct error *error);

#endif
