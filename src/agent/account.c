/*
 * The account of a run; see account.h. Nothing of the user's is touched before the process is that
 * user.
 */
#include "agent/account.h"

#include <sysexits.h>
#include <unistd.h>

#include "agent/envelope_sources.h"
#include "agent/rules_file.h"
#include "system/rights.h"

/* An id without an account (a container, a virtual user of the MTA): what the MTA's environment
 * says, as long as the home passes the checks that every home must pass. */
static bool
account_find_in_environment(const char *const *environment, struct user *user_out)
{
	const char *name = envelope_sources_variable(environment, "USER");
	const char *home = envelope_sources_variable(environment, "HOME");

	if (name == NULL)
		name = envelope_sources_variable(environment, "LOGNAME");
	if (name == NULL || name[0] == '\0' || home == NULL || home[0] != '/')
		return false;
	*user_out = (struct user){
	    .name = name, .uid = rights_caller(), .gid = getgid(), .home = home, .shell = ""};
	return true;
}

struct outcome
account_become(struct arena *arena, const struct agent_request *request, struct user *user_out)
{
	const char *name = request->user;
	struct error error;
	enum user_answer answer = name != NULL
				      ? user_find_name(arena, name, user_out, &error)
				      : user_find_uid(arena, rights_caller(), user_out, &error);

	if (answer == USER_LATER)
		return outcome_later_error(arena, &error);
	if (answer == USER_UNKNOWN && name != NULL)
		return outcome_never(
		    arena, STATUS_NO_MAILBOX, EX_NOUSER, "there is no user \"%s\" here", name);
	if (answer == USER_UNKNOWN && !account_find_in_environment(request->environment, user_out))
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "the caller's user id %ld has no account, and USER and HOME do not stand in "
		    "for one",
		    (long)rights_caller());
	if (!rights_become(user_out, &error))
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
	return outcome_done("");
}

struct outcome
account_check_home(
    struct arena *arena, const struct agent_request *request, const struct user *user)
{
	struct error error;

	if (request->mode == AGENT_MODE_MANUAL ||
	    rules_file_check_home(user->home, user->uid, &error))
		return outcome_done("");
	return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
}
