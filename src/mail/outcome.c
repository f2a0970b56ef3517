/*
 * Fates and their mappings; see outcome.h.
 */
#include "mail/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>

struct outcome
outcome_done(const char *reason)
{
	return (struct outcome){.class = OUTCOME_DONE, .reason = reason};
}

struct outcome
outcome_later(struct arena *arena, struct status_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct text reason = arena_format_list(arena, format, arguments);
	va_end(arguments);
	return (struct outcome){.class = OUTCOME_LATER, .code = code, .reason = reason.data};
}

struct outcome
outcome_never(
    struct arena *arena, struct status_code code, int exit_status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct text reason = arena_format_list(arena, format, arguments);
	va_end(arguments);
	return (struct outcome){.class = OUTCOME_NEVER,
	    .code = code,
	    .exit_status = exit_status,
	    .reason = reason.data};
}

struct outcome
outcome_later_error(struct arena *arena, const struct error *error)
{
	struct status_code code = STATUS_SYSTEM_OTHER;

	switch (error->number) {
	case ENOSPC:
		code = STATUS_SYSTEM_FULL;
		break;
	case EDQUOT:
		code = STATUS_MAILBOX_FULL;
		break;
	case EACCES:
	case EPERM:
	case EROFS:
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		code = STATUS_SYSTEM_CONFIGURATION;
		break;
	default:
		break;
	}
	return outcome_later(arena, code, "%s", error->text);
}

/* Is this exit status a statement about the message that trying again will not change? */
static bool
outcome_status_is_permanent(int exit_status, struct status_code *code_out)
{
	static const struct {
		int exit_status;
		struct status_code code;
	} permanent[] = {
	    {EX_DATAERR, {6, 0}},
	    {EX_NOUSER, {1, 1}},
	    {EX_NOHOST, {1, 2}},
	    {EX_UNAVAILABLE, {0, 0}},
	    {EX_PROTOCOL, {5, 0}},
	    {EX_NOPERM, {7, 1}},
	};

	for (size_t i = 0; i < sizeof permanent / sizeof *permanent; i++) {
		if (permanent[i].exit_status == exit_status) {
			*code_out = permanent[i].code;
			return true;
		}
	}
	return false;
}

struct outcome
outcome_from_wait_status(struct arena *arena, int status, struct text what)
{
	struct status_code code;

	if (WIFSIGNALED(status))
		return outcome_later(arena, STATUS_SYSTEM_OTHER,
		    "command \"%.*s\" ended by signal %d", TEXT_ARGUMENTS(what), WTERMSIG(status));
	int exit_status = WEXITSTATUS(status);
	if (exit_status == 0)
		return outcome_done("the command took the message");
	if (outcome_status_is_permanent(exit_status, &code))
		return outcome_never(arena, code, exit_status,
		    "command \"%.*s\" refused the message with exit status %d",
		    TEXT_ARGUMENTS(what), exit_status);
	return outcome_later(arena, STATUS_SYSTEM_OTHER,
	    "command \"%.*s\" ended with exit status %d", TEXT_ARGUMENTS(what), exit_status);
}

int
outcome_exit_status(const struct outcome *outcome)
{
	if (outcome->exit_status != 0)
		return outcome->exit_status;
	switch (outcome->class) {
	case OUTCOME_DONE:
		return EX_OK;
	case OUTCOME_NEVER:
		return EX_UNAVAILABLE;
	case OUTCOME_LATER:
		break;
	}
	return EX_TEMPFAIL;
}

const char *
outcome_word(const struct outcome *outcome)
{
	switch (outcome->class) {
	case OUTCOME_DONE:
		return "delivered";
	case OUTCOME_NEVER:
		return "failed";
	case OUTCOME_LATER:
		break;
	}
	return "deferred";
}

struct text
outcome_format_code(const struct outcome *outcome, char out[OUTCOME_CODE_SIZE])
{
	static const int digit[] = {[OUTCOME_LATER] = 4, [OUTCOME_DONE] = 2, [OUTCOME_NEVER] = 5};
	int length = snprintf(out, OUTCOME_CODE_SIZE, "%d.%d.%d", digit[outcome->class],
	    outcome->code.subject, outcome->code.detail);

	return (struct text){out, (size_t)length};
}
