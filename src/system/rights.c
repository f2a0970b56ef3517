/*
 * Taking on a user's identity; see rights.h. Nothing else in the tree changes ids.
 */
#include "system/rights.h"

#include <grp.h>
#include <sys/auxv.h>
#include <unistd.h>

bool
rights_is_root(void)
{
	/* What the kernel said when the program started; nobody else changes ids. */
	return getauxval(AT_EUID) == 0;
}

/* Real, effective and saved ids are the user's, and root does not come back. */
static bool
rights_check(const struct user *user, struct error *error)
{
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	if (getresuid(&real, &effective, &saved) < 0 ||
	    getresgid(&real_group, &effective_group, &saved_group) < 0)
		return error_set_errno(error, "cannot read my own user ids");
	if (real != user->uid || effective != user->uid || saved != user->uid)
		return error_set(error, ERROR_REFUSE,
		    "cannot become user %s: start the program as root or as that user", user->name);
	if (real_group != user->gid || effective_group != user->gid || saved_group != user->gid)
		return error_set(
		    error, ERROR_REFUSE, "cannot take on the group of user %s", user->name);
	if (user->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return error_set(error, ERROR_REFUSE,
		    "root could be regained after becoming user %s", user->name);
	return true;
}

uid_t
rights_caller(void)
{
	return (uid_t)getauxval(AT_UID);
}

bool
rights_become(const struct user *user, struct error *error)
{
	if (!rights_is_root()) {
		/* Whoever we are, we stay; a different group (Postfix's default_privs, newgrp) is
		 * not our business. */
		if (getauxval(AT_UID) == user->uid && getauxval(AT_EUID) == user->uid)
			return true;
		return error_set(error, ERROR_REFUSE,
		    "cannot become user %s: start the program as root or as that user", user->name);
	}
	if (initgroups(user->name, user->gid) < 0)
		return error_set_errno(error, "cannot take on the groups of user %s", user->name);
	if (setresgid(user->gid, user->gid, user->gid) < 0)
		return error_set_errno(error, "cannot take on the group of user %s", user->name);
	if (setresuid(user->uid, user->uid, user->uid) < 0)
		return error_set_errno(error, "cannot become user %s", user->name);
	return rights_check(user, error);
}
