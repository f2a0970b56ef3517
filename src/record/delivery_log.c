/*
 * One line an event; see delivery_log.h. The line is made in one piece and handed over with one
 * call, write() to a file opened for appending or sendto() to the syslog socket. libc's syslog() is
 * not used: it reads the time zone for a time stamp that the daemon replaces anyway, and it may
 * wait for ever for a daemon that has stopped reading.
 */
#include "record/delivery_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "base/utf8.h"

enum {
	SYSLOG_FACILITY_MAIL = 2 << 3,
	SYSLOG_PRIORITY_ERROR = 3,
	SYSLOG_PRIORITY_WARNING = 4,
	SYSLOG_PRIORITY_INFO = 6,
	SYSLOG_PREFIX_MAX = 64,
	ID_SIZE = 40,
	VALUE_MIN = 16,
	/* Holds every line before it is measured: more than all values at their maximum, each byte
	   escaped. */
	DRAFT_START = 2048, /* bytes that most lines fit into */
	DRAFT_MAX = 64 * 1024,
};

struct delivery_log {
	struct arena *arena;
	struct delivery_log_plan plan;
	int descriptor; /* -1: not open */
	bool is_torn;   /* the file does not end in a line end */
	pid_t pid;      /* 0: no line yet */
	char id[ID_SIZE];
};

struct delivery_log *
delivery_log_new(struct arena *arena, const struct delivery_log_plan *plan)
{
	struct delivery_log *log = arena_alloc(arena, sizeof *log);

	*log = (struct delivery_log){.arena = arena, .plan = *plan, .descriptor = -1};
	return log;
}

/* The value in at most `maximum` bytes, the cut marked by "..." and not inside a character; null
 * when empty. */
static void
delivery_log_member(struct json_writer *json, const char *name, struct text value, size_t maximum)
{
	static const struct text mark = {"...", 3};
	char cut[DELIVERY_LOG_VALUE_MAX];

	json_name(json, name);
	if (value.size == 0) {
		json_null(json);
		return;
	}
	if (value.size > maximum) {
		size_t size = maximum - mark.size, start = size;
		while (start > 0 && size - start < 3 &&
		       ((unsigned char)value.data[start] & 0xc0) == 0x80)
			start--;
		if (start < size && utf8_sequence_length(value, start) > size - start)
			size = start;
		memcpy(cut, value.data, size);
		memcpy(cut + size, mark.data, mark.size);
		value = (struct text){cut, size + mark.size};
	}
	json_text(json, value);
}

static void
delivery_log_member_string(
    struct json_writer *json, const char *name, const char *value, size_t maximum)
{
	delivery_log_member(json, name, text_from_string(value), maximum);
}

static void
delivery_log_format_envelope(
    struct json_writer *json, const struct envelope *envelope, size_t maximum)
{
	static const struct envelope unknown;

	if (envelope == NULL)
		envelope = &unknown;
	if (envelope->has_sender && envelope->sender.size == 0)
		json_member_text(json, "sender", TEXT(""));
	else
		delivery_log_member(
		    json, "sender", envelope->has_sender ? envelope->sender : TEXT(""), maximum);
	delivery_log_member(json, "recipient", envelope->recipient, maximum);
	delivery_log_member(json, "original_recipient", envelope->original_recipient, maximum);
	delivery_log_member(json, "queue_id", envelope->queue_id, maximum);
}

static void
delivery_log_format_outcome(struct json_writer *json, const struct outcome *outcome, size_t maximum)
{
	char code[OUTCOME_CODE_SIZE];

	json_member_text(json, "outcome", text_from_string(outcome_word(outcome)));
	json_member_text(json, "status", outcome_format_code(outcome, code));
	json_member_integer(json, "exit", outcome_exit_status(outcome));
	delivery_log_member_string(json, "reason", outcome->reason, maximum);
}

/* One try, with values of at most `maximum` bytes. */
static void
delivery_log_format_cut(const struct delivery_event *event, struct text id, int64_t pid,
    size_t maximum, struct buffer *line)
{
	char time[CLOCK_RFC3339_SIZE];
	struct json_writer json;

	buffer_reset(line);
	json_init(&json, line);
	json_begin_object(&json);
	json_member_text(&json, "time", clock_format_rfc3339(event->time, time));
	json_member_text(&json, "event", TEXT("delivery"));
	json_member_text(&json, "id", id);
	delivery_log_member_string(&json, "action", event->action, maximum);
	delivery_log_format_outcome(&json, event->outcome, maximum);
	delivery_log_format_envelope(&json, event->envelope, maximum);
	delivery_log_member_string(&json, "user", event->user, maximum);
	delivery_log_member(&json, "message_id", event->message_id, maximum);
	json_member_integer(&json, "size", (int64_t)event->size);
	delivery_log_member(&json, "rules", event->rules_file, maximum);
	if (event->rules_line > 0)
		json_member_integer(&json, "line", event->rules_line);
	else
		json_member_null(&json, "line");
	delivery_log_member(&json, "condition", event->condition, maximum);
	delivery_log_member(&json, "matched", event->matched, maximum);
	delivery_log_member(&json, "undecided", event->undecided, maximum);
	json_member_bool(&json, "truncated", event->is_truncated);
	delivery_log_member_string(&json, "backend", event->backend, maximum);
	delivery_log_member(&json, "destination", event->destination, maximum);
	delivery_log_member(&json, "place", event->final_place, maximum);
	json_member_integer(&json, "milliseconds", event->milliseconds);
	json_member_integer(&json, "pid", pid);
	json_member_text(&json, "version", TEXT(CULVER_VERSION));
	json_end_object(&json);
	buffer_append_byte(line, '\n');
}

void
delivery_log_format(
    const struct delivery_event *event, struct text id, int64_t pid, struct buffer *line)
{
	size_t maximum = DELIVERY_LOG_VALUE_MAX;

	delivery_log_format_cut(event, id, pid, maximum, line);
	while (line->size > DELIVERY_LOG_LINE_MAX && maximum > VALUE_MIN) {
		maximum /= 2;
		delivery_log_format_cut(event, id, pid, maximum, line);
	}
}

/* A socket that exists but whose daemon does not read must not hold mail up. */
static bool
delivery_log_send_patiently(
    int descriptor, const struct sockaddr_un *address, struct text datagram, struct error *error)
{
	const struct timeval patience = {.tv_sec = DELIVERY_LOG_PATIENCE};

	if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
		return error_set_errno(error, "log socket");
	if (sendto(descriptor, datagram.data, datagram.size, MSG_NOSIGNAL,
		(const struct sockaddr *)address, sizeof *address) < 0)
		return error_set_errno(error, "%s", address->sun_path);
	return true;
}

static unsigned
delivery_log_priority(const struct outcome *outcome)
{
	switch (outcome->class) {
	case OUTCOME_DONE:
		return SYSLOG_PRIORITY_INFO;
	case OUTCOME_NEVER:
		return SYSLOG_PRIORITY_ERROR;
	case OUTCOME_LATER:
		break;
	}
	return SYSLOG_PRIORITY_WARNING;
}

/* RFC 3164 without its time stamp, which has no zone and which daemons set for local senders. */
static bool
delivery_log_write_syslog(
    struct delivery_log *log, const struct outcome *outcome, struct text line, struct error *error)
{
	const char *path = log->plan.syslog_socket != NULL ? log->plan.syslog_socket : "/dev/log";
	char datagram[SYSLOG_PREFIX_MAX + DELIVERY_LOG_LINE_MAX];
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(error, ERROR_INPUT, "%s: too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (log->descriptor < 0)
		log->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (log->descriptor < 0)
		return error_set_errno(error, "log socket");
	int prefix = snprintf(datagram, SYSLOG_PREFIX_MAX,
	    "<%u>culver-deliver[%ld]: ", SYSLOG_FACILITY_MAIL | delivery_log_priority(outcome),
	    (long)log->pid);
	memcpy(datagram + prefix, line.data, line.size);
	struct text whole = {datagram, (size_t)prefix + line.size};
	if (sendto(log->descriptor, whole.data, whole.size, MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&address, sizeof address) >= 0)
		return true;
	if (errno == EAGAIN || errno == EINTR)
		return delivery_log_send_patiently(log->descriptor, &address, whole, error);
	return error_set_errno(error, "%s", path);
}

/* Where a writer was killed or its disk was full, the file ends in a part of a line. */
static bool
delivery_log_check_file(struct delivery_log *log, int descriptor, bool is_readable,
    const char *path, struct error *error)
{
	struct stat status;
	char last;

	if (fstat(descriptor, &status) != 0)
		return error_set_errno(error, "%s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_REFUSE, "%s: not a regular file", path);
	log->is_torn = is_readable && status.st_size > 0 &&
		       pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
	return true;
}

static bool
delivery_log_open_file(struct delivery_log *log, const char *path, mode_t mode, struct error *error)
{
	/* O_NONBLOCK: a fifo in the place of the file must not wait for its reader. */
	const int flags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	bool is_readable = true;
	int descriptor = open(path, O_RDWR | flags, mode);

	if (descriptor < 0 && errno == EACCES) {
		is_readable = false;
		descriptor = open(path, O_WRONLY | flags, mode);
	}
	if (descriptor < 0)
		return error_set_errno(error, "%s", path);
	if (!delivery_log_check_file(log, descriptor, is_readable, path, error)) {
		close(descriptor);
		return false;
	}
	log->descriptor = descriptor;
	return true;
}

/* The path of the user's file, or NULL where it needs a home and there is none. */
static const char *
delivery_log_user_path(struct delivery_log *log)
{
	struct text name = log->plan.user_file;

	if (name.size == 0)
		return NULL;
	if (name.data[0] == '/')
		return arena_copy_string(log->arena, name);
	if (log->plan.home == NULL)
		return NULL;
	if (text_has_prefix(name, TEXT("~/")))
		name = text_slice(name, 2, name.size);
	return arena_format(log->arena, "%s/%.*s", log->plan.home, TEXT_ARGUMENTS(name)).data;
}

static bool
delivery_log_open_either(struct delivery_log *log, struct error *error)
{
	const char *host_path = arena_copy_string(log->arena, log->plan.file);
	const char *user_path = delivery_log_user_path(log);
	struct error host_error = {.kind = ERROR_INPUT, .text = "no log file is named"};

	if (log->plan.file.size > 0 && delivery_log_open_file(log, host_path, 0640, &host_error))
		return true;
	if (user_path == NULL) {
		*error = host_error;
		return false;
	}
	if (delivery_log_open_file(log, user_path, 0600, error))
		return true;
	error_prefix(error, "%s; ", host_error.text);
	return false;
}

static bool
delivery_log_write_file(struct delivery_log *log, struct text line, struct error *error)
{
	char bytes[DELIVERY_LOG_LINE_MAX + 1];
	ssize_t written;

	if (log->descriptor < 0 && !delivery_log_open_either(log, error))
		return false;
	bytes[0] = '\n';
	memcpy(bytes + 1, line.data, line.size);
	const char *start = log->is_torn ? bytes : bytes + 1;
	size_t size = line.size + log->is_torn;
	do
		written = write(log->descriptor, start, size);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return error_set_errno(error, "delivery log");
	log->is_torn = (size_t)written < size;
	if (log->is_torn)
		return error_set(
		    error, ERROR_AGAIN, "delivery log: only a part of the line could be written");
	return true;
}

/* The identifier of this delivery in the log: when it first wrote, and who. */
static void
delivery_log_identify(struct delivery_log *log, struct timestamp when)
{
	if (log->pid != 0)
		return;
	log->pid = log->plan.process != 0 ? log->plan.process : getpid();
	snprintf(log->id, sizeof log->id, "%llx.%05x.%lx", (unsigned long long)when.seconds,
	    (unsigned)(when.nanoseconds / 1000) & 0xfffff, (unsigned long)log->pid);
}

bool
delivery_log_write(
    struct delivery_log *log, const struct delivery_event *event, struct error *error)
{
	char memory[DRAFT_START];
	struct buffer line;
	bool written;

	if (log->plan.target == DELIVERY_LOG_OFF)
		return true;
	delivery_log_identify(log, event->time);
	buffer_init_lent(&line, memory, sizeof memory, DRAFT_MAX);
	delivery_log_format(event, text_from_string(log->id), log->pid, &line);
	if (log->plan.target == DELIVERY_LOG_FILE)
		written = delivery_log_write_file(log, buffer_text(&line), error);
	else
		written = delivery_log_write_syslog(
		    log, event->outcome, text_slice(buffer_text(&line), 0, line.size - 1), error);
	buffer_clear(&line);
	return written;
}

void
delivery_log_close(struct delivery_log *log)
{
	if (log->descriptor >= 0)
		close(log->descriptor);
	log->descriptor = -1;
}
