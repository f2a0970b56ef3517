/*
 * Accounts of this host.
 */
#ifndef SYSTEM_USER_H
#define SYSTEM_USER_H

#include <stdbool.h>
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

/* Answers come from /etc/passwd where that is the first source of the name service and has the
 * account, else from getpwnam_r()/getpwuid_r(), which may ask the network
 * (doc/decisions/passwd-first.md). */
enum user_answer user_find_name(
    struct arena *arena, const char *name, struct user *user_out, struct error *error);
enum user_answer user_find_uid(
    struct arena *arena, uid_t uid, struct user *user_out, struct error *error);

#endif
