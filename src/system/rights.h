/*
 * Becoming somebody: the only place of the tree that changes user or group ids.
 */
#ifndef SYSTEM_RIGHTS_H
#define SYSTEM_RIGHTS_H

#include <stdbool.h>

#include "base/error.h"
#include "system/user.h"

/* Is the process root, so that it may become somebody else? */
bool rights_is_root(void);
/* The real user id that the program was started with. */
uid_t rights_caller(void);

/*
 * Takes on the user's supplementary groups, gid and uid for good (real, effective and saved), and
 * checks that root cannot be regained. When the process already is that user, only checks. False:
 * nothing of the user's may be touched.
 */
bool rights_become(const struct user *user, struct error *error);

#endif
