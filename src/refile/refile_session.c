/*
 * The state of a run; see refile_session.h.
 */
#include "refile/refile_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "agent/report_line.h"
#include "base/clock.h"
#include "record/delivery_log.h"
#include "refile/refile_judge.h"
#include "system/signals.h"

enum { REFILE_SESSION_HOST_MAX = 64 };

bool
refile_session_goes_on(struct refile_session *session)
{
	const struct refile_request *request = session->request;

	if (!session->is_stopped && signals_pending() != 0)
		session->is_stopped = true;
	return !session->is_stopped && (request->limit == 0 || session->seen < request->limit);
}

bool
refile_session_wants(const struct refile_session *session, int64_t received)
{
	const struct refile_request *request = session->request;

	return (request->since == 0 || received >= request->since) &&
	       (request->before == 0 || received < request->before);
}

static void
refile_session_log(struct refile_session *session, struct arena *arena,
    const struct refile_line *line, const struct refile_verdict *verdict)
{
	const struct header_field *field = message_find_field(verdict->message, TEXT("Message-ID"));
	struct outcome outcome =
	    line->fate == REFILE_FAILED
		? outcome_later(arena, STATUS_OTHER, "%.*s: %.*s", TEXT_ARGUMENTS(line->why),
		      TEXT_ARGUMENTS(line->detail))
		: outcome_done(arena_format(arena, "%s from %.*s",
		      refile_report_word(line->fate, true), TEXT_ARGUMENTS(line->message->folder))
				   .data);
	const struct delivery_event event = {
	    .time = clock_now(),
	    .envelope = &verdict->envelope,
	    .message_id = field == NULL ? TEXT("") : header_unfold(arena, field->body),
	    .user = session->user.name,
	    .size = line->message->bytes.size,
	    .rules_file = line->place.file,
	    .rules_line = line->place.line,
	    .action = "refile",
	    .destination = line->to,
	    .outcome = &outcome,
	};
	struct error ignored;

	delivery_log_write(session->log, &event, &ignored);
}

void
refile_session_tell(struct refile_session *session, struct arena *arena,
    const struct refile_line *line, const struct refile_verdict *verdict)
{
	bool is_deed = line->fate == REFILE_MOVED || line->fate == REFILE_COPIED ||
		       line->fate == REFILE_DELETED || line->fate == REFILE_FAILED;

	if (is_deed && session->request->applies && verdict != NULL)
		refile_session_log(session, arena, line, verdict);
	refile_report_line(&session->report, line);
}

struct text
refile_session_unique_name(struct refile_session *session, struct arena *arena, uint64_t size)
{
	struct text configured = session->request->agent->settings->hostname;
	char host[REFILE_SESSION_HOST_MAX + 1] = "localhost";
	struct timestamp now = clock_now();

	if (configured.size > 0)
		snprintf(host, sizeof host, "%.*s", TEXT_ARGUMENTS(configured));
	else if (gethostname(host, sizeof host - 1) < 0)
		host[0] = '\0';
	host[REFILE_SESSION_HOST_MAX] = '\0';
	for (char *byte = host; *byte != '\0'; byte++)
		if (*byte == '/' || *byte == ':' || *byte == ',' || *byte <= ' ' || *byte >= 127)
			*byte = '_';
	return arena_format(arena, "%lld.M%06dP%ldR%u.%s,S=%llu", (long long)now.seconds,
	    (int)(now.nanoseconds / 1000), (long)getpid(), session->names++, host,
	    (unsigned long long)size);
}

void
refile_session_complain(struct refile_session *session, const char *format, ...)
{
	char first[2048];
	struct arena arena;
	va_list arguments;

	arena_init(&arena, first, sizeof first);
	va_start(arguments, format);
	struct text line = report_line_clean(&arena, arena_format_list(&arena, format, arguments));
	va_end(arguments);
	refile_report_clear_progress(&session->report);
	fprintf(stderr, "culver: refile: %.*s\n", TEXT_ARGUMENTS(line));
	session->report.complaints++;
	arena_clear(&arena);
}
