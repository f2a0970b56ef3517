/*
 * The delivery log: every line whole and valid JSON, whatever a message holds and whoever else
 * writes.
 */
#include "record/delivery_log.h"
#include "support/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"

enum { WRITERS = 50, LINES = 200 };

static char directory[] = "/tmp/culver-log.XXXXXX";

/* A strict reader of RFC 8259, for flat values only: it moves *at behind one object and counts its
 * members. */
static bool
json_string(struct text line, size_t *at)
{
	if (*at >= line.size || line.data[(*at)++] != '"')
		return false;
	while (*at < line.size && line.data[*at] != '"') {
		unsigned char byte = (unsigned char)line.data[*at];
		if (byte < ' ')
			return false;
		if (byte != '\\') {
			++*at;
			continue;
		}
		if (++*at >= line.size || strchr("\"\\/bfnrtu", line.data[*at]) == NULL)
			return false;
		if (line.data[(*at)++] != 'u')
			continue;
		for (int i = 0; i < 4; i++, ++*at)
			if (*at >= line.size ||
			    strchr("0123456789abcdefABCDEF", line.data[*at]) == NULL)
				return false;
	}
	return *at < line.size && line.data[(*at)++] == '"';
}

static bool
json_scalar(struct text line, size_t *at)
{
	static const struct text words[] = {{"null", 4}, {"true", 4}, {"false", 5}};
	size_t start = *at;

	if (*at < line.size && line.data[*at] == '"')
		return json_string(line, at);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (text_has_prefix(text_slice(line, *at, line.size), words[i])) {
			*at += words[i].size;
			return true;
		}
	}
	if (*at < line.size && line.data[*at] == '-')
		start = ++*at;
	while (*at < line.size && text_is_digit(line.data[*at]))
		++*at;
	return *at > start && (*at == start + 1 || line.data[start] != '0');
}

/* The line without its line end is one flat object of valid UTF-8; the number of its members, or 0.
 */
static unsigned
json_members(struct text line)
{
	unsigned members = 0;
	size_t at = 1;

	if (!utf8_is_valid(line) || line.size < 2 || line.data[0] != '{')
		return 0;
	do {
		if (!json_string(line, &at) || at >= line.size || line.data[at++] != ':' ||
		    !json_scalar(line, &at))
			return 0;
		members++;
	} while (at < line.size && line.data[at++] == ',');
	return at == line.size && line.data[at - 1] == '}' ? members : 0;
}

enum { MEMBERS = 27 };

static struct outcome later_outcome = {
    .class = OUTCOME_LATER, .code = {2, 2}, .reason = "the disk is full"};

static struct delivery_event
sample_event(void)
{
	static const struct outcome done = {.class = OUTCOME_DONE, .reason = "stored"};
	static const struct envelope envelope = {.has_sender = true,
	    .sender = {"a@example.net", 13},
	    .recipient = {"b@example.org", 13},
	    .queue_id = {"4ABC", 4}};

	return (struct delivery_event){.time = {1795298645, 123456789},
	    .envelope = &envelope,
	    .message_id = TEXT("<1@example.net>"),
	    .user = "b",
	    .size = 4096,
	    .rules_file = TEXT("/home/b/.mailfilter"),
	    .rules_line = 12,
	    .condition = TEXT("/^Subject:.*x/"),
	    .matched = TEXT("Subject: x"),
	    .undecided = TEXT("rules:3:5: too much work"),
	    .action = "deliver",
	    .backend = "maildir",
	    .destination = TEXT("Mail/.x/"),
	    .final_place = TEXT("Mail/.x/new/1"),
	    .outcome = &done,
	    .milliseconds = 7};
}

static struct text
in_directory(const char *name)
{
	static char paths[8][128];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", directory, name);
	return text_from_string(path);
}

static struct buffer
read_whole(struct text path)
{
	struct buffer bytes;
	char block[4096];
	ssize_t size;
	int descriptor = open(path.data, O_RDONLY | O_CLOEXEC);

	buffer_init(&bytes, 64 << 20);
	while (descriptor >= 0 && (size = read(descriptor, block, sizeof block)) > 0)
		buffer_append(&bytes, (struct text){block, (size_t)size});
	if (descriptor >= 0)
		close(descriptor);
	return bytes;
}

/* Writes the sample event by a log of its own; errno of the error, 0 for success, -1 for an error
 * without one. */
static int
write_once(const struct delivery_log_plan *plan, const struct delivery_event *event)
{
	struct error error = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct delivery_log *log = delivery_log_new(&arena, plan);
	bool written = delivery_log_write(log, event, &error);
	delivery_log_close(log);
	delivery_log_close(log);
	arena_clear(&arena);
	check(written == (error.kind == ERROR_NONE));
	return written ? 0 : error.number != 0 ? error.number : -1;
}

static void
fields_are_the_event(void)
{
	struct delivery_event event = sample_event();
	struct buffer line;

	buffer_init(&line, 65536);
	delivery_log_format(&event, TEXT("1.2.3"), 42, &line);
	check_text(buffer_text(&line),
	    TEXT("{\"time\":\"2026-11-21T22:04:05.123Z\",\"event\":\"delivery\",\"id\":\"1.2.3\","
		 "\"action\":\"deliver\",\"outcome\":\"delivered\",\"status\":\"2.0.0\",\"exit\":0,"
		 "\"reason\":\"stored\",\"sender\":\"a@example.net\",\"recipient\":\"b@example."
		 "org\","
		 "\"original_recipient\":null,\"queue_id\":\"4ABC\",\"user\":\"b\","
		 "\"message_id\":\"<1@example.net>\",\"size\":4096,\"rules\":\"/home/b/"
		 ".mailfilter\","
		 "\"line\":12,\"condition\":\"/^Subject:.*x/\",\"matched\":\"Subject: x\","
		 "\"undecided\":\"rules:3:5: too much work\","
		 "\"truncated\":false,\"backend\":\"maildir\",\"destination\":\"Mail/.x/"
		 "\",\"place\":\"Mail/.x/new/1\","
		 "\"milliseconds\":7,\"pid\":42,\"version\":\"" CULVER_VERSION "\"}\n"));
	check_number(json_members(text_slice(buffer_text(&line), 0, line.size - 1)), MEMBERS);
	buffer_clear(&line);
}

static void
what_is_not_known_is_null(void)
{
	static const struct envelope null_sender = {.has_sender = true};
	struct delivery_event event = {.outcome = &later_outcome};
	struct buffer line;

	buffer_init(&line, 65536);
	delivery_log_format(&event, TEXT("i"), 1, &line);
	struct text text = buffer_text(&line);
	check(text_find(text, 0, TEXT("\"sender\":null,\"recipient\":null,")) < text.size);
	check(text_find(text, 0,
		  TEXT("\"action\":null,\"outcome\":\"deferred\",\"status\":\"4.2.2\",\"exit\":75,"
		       "\"reason\":\"the disk is full\"")) < text.size);
	check(text_find(text, 0, TEXT("\"rules\":null,\"line\":null,\"condition\":null")) <
	      text.size);
	check_number(json_members(text_slice(text, 0, text.size - 1)), MEMBERS);
	event.envelope = &null_sender;
	delivery_log_format(&event, TEXT("i"), 1, &line);
	text = buffer_text(&line);
	check(text_find(text, 0, TEXT("\"sender\":\"\",\"recipient\":null,")) < text.size);
	buffer_clear(&line);
}

static void
lines_are_valid_and_bounded_for_any_bytes(void)
{
	char hostile[3000];
	struct buffer line;

	buffer_init(&line, 65536);
	for (unsigned kind = 0; kind < 260; kind++) {
		struct delivery_event event = sample_event();
		struct envelope envelope = {.has_sender = true};
		for (size_t i = 0; i < sizeof hostile; i++)
			hostile[i] = kind < 257 ? (char)(kind < 256 ? kind : i)
						: "\xe2\x82\xac"[(i + kind) % 3];
		struct text all = {hostile, sizeof hostile};
		envelope.sender = envelope.recipient = envelope.original_recipient =
		    envelope.queue_id = all;
		event.envelope = &envelope;
		event.message_id = event.rules_file = event.condition = event.matched =
		    event.undecided = all;
		event.destination = event.final_place = all;
		for (size_t cut = 0; cut < 2; cut++) {
			delivery_log_format(&event, TEXT("1.2.3"), 42, &line);
			check(line.size <= DELIVERY_LOG_LINE_MAX && !buffer_is_overfull(&line));
			check(line.size > 0 && line.data[line.size - 1] == '\n');
			check_number(json_members(text_slice(buffer_text(&line), 0, line.size - 1)),
			    MEMBERS);
			envelope = (struct envelope){.recipient = {hostile, cut + 399}};
			event.message_id = event.rules_file = event.condition = event.matched =
			    event.undecided = TEXT("");
		}
	}
	buffer_clear(&line);
}

static void
long_values_are_cut_at_a_character(void)
{
	char value[1000], wanted[1000];
	struct delivery_event event = sample_event();
	struct buffer line;

	buffer_init(&line, 65536);
	/* 396 bytes of "a", then the two bytes of U+00E9: the cut at 397 would split it. */
	memset(value, 'a', sizeof value);
	memcpy(value + 396, "\xc3\xa9", 2);
	event.matched = (struct text){value, 401};
	delivery_log_format(&event, TEXT("i"), 1, &line);
	memset(wanted, 'a', sizeof wanted);
	memcpy(wanted + 396, "...\",\"undecided\"", 17);
	check(text_find(buffer_text(&line), 0, text_from_string(wanted)) < line.size);
	check(text_find(buffer_text(&line), 0, TEXT("\xc3")) == line.size);
	/* 400 bytes are not cut. */
	event.matched = (struct text){value, 400};
	delivery_log_format(&event, TEXT("i"), 1, &line);
	check(text_find(buffer_text(&line), 0,
		  TEXT("\xc3\xa9"
		       "aa\",\"undecided\"")) < line.size);
	buffer_clear(&line);
}

static void
torn_lines_get_their_end(void)
{
	struct text path = in_directory("torn");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE, .file = path};
	struct delivery_event event = sample_event();
	int descriptor = open(path.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	check(write(descriptor, "{\"time\":\"20", 11) == 11);
	close(descriptor);
	check_number(write_once(&plan, &event), 0);
	check_number(write_once(&plan, &event), 0);
	struct buffer bytes = read_whole(path);
	struct text rest = buffer_text(&bytes);
	check_text(text_split(&rest, '\n'), TEXT("{\"time\":\"20"));
	check_number(json_members(text_split(&rest, '\n')), MEMBERS);
	check_number(json_members(text_split(&rest, '\n')), MEMBERS);
	check_number(rest.size, 0);
	buffer_clear(&bytes);
}

/* The file may grow by half a line only: that line is lost and said to be, and the next one begins
 * on its own line. */
static void
short_writes_lose_one_line_only(void)
{
	struct text path = in_directory("short");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE, .file = path};
	struct delivery_event event = sample_event();
	struct rlimit unlimited, half;
	struct error error = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &unlimited);
	half = unlimited;
	half.rlim_cur = 100;
	struct delivery_log *log = delivery_log_new(&arena, &plan);
	setrlimit(RLIMIT_FSIZE, &half);
	check(!delivery_log_write(log, &event, &error));
	check(error.kind == ERROR_AGAIN);
	check(!delivery_log_write(log, &event, &error));
	check_number(error.number, EFBIG);
	setrlimit(RLIMIT_FSIZE, &unlimited);
	check(delivery_log_write(log, &event, &error));
	delivery_log_close(log);
	struct buffer bytes = read_whole(path);
	struct text rest = buffer_text(&bytes);
	check_number(text_split(&rest, '\n').size, 100);
	check_number(json_members(text_split(&rest, '\n')), MEMBERS);
	check_number(rest.size, 0);
	buffer_clear(&bytes);
	arena_clear(&arena);
}

static void
lines_of_many_writers_never_mix(void)
{
	struct text path = in_directory("many");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE, .file = path};
	pid_t writers[WRITERS];
	unsigned lines = 0, per_writer[WRITERS] = {0};

	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		if (writers[i] != 0)
			continue;
		struct delivery_event event = sample_event();
		char filler[DELIVERY_LOG_VALUE_MAX];
		memset(filler, 'f', sizeof filler);
		unsigned lost = 0;
		for (unsigned line = 0; line < LINES; line++) {
			event.rules_line = i + 1;
			event.matched =
			    (struct text){filler, 1 + (i * 7 + line * 13) % sizeof filler};
			lost += write_once(&plan, &event) != 0;
		}
		_exit(lost > 0);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		int status = -1;
		check(waitpid(writers[i], &status, 0) == writers[i] && status == 0);
	}
	struct buffer bytes = read_whole(path);
	struct text rest = buffer_text(&bytes);
	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		/* A writer that looks at the file's end while another is writing may end the line
		 * twice. */
		if (line.size == 0)
			continue;
		lines++;
		if (json_members(line) != MEMBERS) {
			check_text(line, TEXT("(a whole line)"));
			break;
		}
		size_t at = text_find(line, 0, TEXT("\"line\":")) + 7;
		unsigned writer = (unsigned)strtoul(line.data + at, NULL, 10);
		check(writer >= 1 && writer <= WRITERS);
		per_writer[(writer - 1) % WRITERS]++;
	}
	check_number(lines, WRITERS * LINES);
	for (unsigned i = 0; i < WRITERS; i++)
		check_number(per_writer[i], LINES);
	buffer_clear(&bytes);
}

static void
links_and_other_kinds_of_files_are_refused(void)
{
	struct delivery_event event = sample_event();
	struct text link = in_directory("link"), target = in_directory("target"),
		    fifo = in_directory("fifo");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE, .file = link};

	check(symlink(target.data, link.data) == 0);
	check_number(write_once(&plan, &event), ELOOP);
	check(access(target.data, F_OK) != 0);
	check(mkfifo(fifo.data, 0600) == 0);
	plan.file = fifo;
	check_number(write_once(&plan, &event), -1);
	plan.file = text_from_string(directory);
	check_number(write_once(&plan, &event), EISDIR);
	plan.file = TEXT("/dev/null");
	check_number(write_once(&plan, &event), -1);
}

static void
the_user_file_takes_what_the_host_file_cannot(void)
{
	struct delivery_event event = sample_event();
	struct text host = in_directory("missing/host.log"), user = in_directory("user.log");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE,
	    .file = host,
	    .user_file = TEXT("~/user.log"),
	    .home = directory};
	struct stat status;
	mode_t mask = umask(0);

	check_number(write_once(&plan, &event), 0);
	check(access(in_directory("missing").data, F_OK) != 0);
	check(stat(user.data, &status) == 0 && status.st_mode == (S_IFREG | 0600));
	plan.user_file = TEXT("user.log");
	check_number(write_once(&plan, &event), 0);
	struct buffer bytes = read_whole(user);
	check_number(text_find_byte(buffer_text(&bytes),
			 text_find_byte(buffer_text(&bytes), 0, '\n') + 1, '\n'),
	    (long long)bytes.size - 1);
	buffer_clear(&bytes);
	plan.user_file = in_directory("absolute.log");
	plan.home = NULL;
	check_number(write_once(&plan, &event), 0);
	check(access(plan.user_file.data, F_OK) == 0);
	plan.user_file = TEXT("~/user.log");
	check_number(write_once(&plan, &event), ENOENT);
	plan.file = TEXT("");
	check_number(write_once(&plan, &event), -1);
	/* Where the host's can be opened, the user's is not touched. */
	plan.file = in_directory("host.log");
	plan.user_file = in_directory("untouched.log");
	check_number(write_once(&plan, &event), 0);
	check(stat(plan.file.data, &status) == 0 && status.st_mode == (S_IFREG | 0640));
	check(access(plan.user_file.data, F_OK) != 0);
	umask(mask);
}

/* As a recipient: a file that may be appended to but not read is used; one that may not be written
 * is not. */
static void
rights_decide_which_file_is_used(void)
{
	const uid_t nobody = 65534;
	struct delivery_event event = sample_event();
	struct text host = in_directory("rights.log"), home = in_directory("home");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE,
	    .file = host,
	    .user_file = TEXT("own.log"),
	    .home = home.data};
	int descriptor = open(host.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), status = -1;

	check(descriptor >= 0 && write(descriptor, "{}\n", 3) == 3 && close(descriptor) == 0);
	check(mkdir(home.data, 0700) == 0 && chmod(directory, 0755) == 0);
	if (geteuid() == 0)
		check(
		    chown(host.data, nobody, nobody) == 0 && chown(home.data, nobody, nobody) == 0);
	pid_t recipient = fork();
	if (recipient == 0) {
		bool done = geteuid() != 0 || setuid(nobody) == 0;
		done = done && chmod(host.data, 0200) == 0 && write_once(&plan, &event) == 0;
		done = done && access(in_directory("home/own.log").data, F_OK) != 0;
		done = done && chmod(host.data, 0400) == 0 && write_once(&plan, &event) == 0;
		done = done && access(in_directory("home/own.log").data, F_OK) == 0;
		_exit(done ? 0 : 1);
	}
	check(waitpid(recipient, &status, 0) == recipient && status == 0);
	struct buffer bytes = read_whole(host);
	struct text rest = buffer_text(&bytes);
	check_text(text_split(&rest, '\n'), TEXT("{}"));
	check_number(json_members(text_split(&rest, '\n')), MEMBERS);
	check_number(rest.size, 0);
	buffer_clear(&bytes);
}

static void
a_log_that_is_off_opens_nothing(void)
{
	struct delivery_event event = sample_event();
	struct text path = in_directory("off.log");
	struct delivery_log_plan plan = {
	    .target = DELIVERY_LOG_OFF, .file = path, .syslog_socket = path.data};

	check_number(write_once(&plan, &event), 0);
	check(access(path.data, F_OK) != 0);
}

static int
listen_as_syslog(struct text path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path.data, path.size);
	check(bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0);
	return descriptor;
}

static void
syslog_gets_a_priority_by_outcome(void)
{
	static const struct outcome never = {.class = OUTCOME_NEVER, .reason = "refused"};
	struct text path = in_directory("syslog");
	struct delivery_log_plan plan = {.syslog_socket = path.data};
	struct delivery_event event = sample_event();
	int daemon = listen_as_syslog(path);
	char datagram[8192], prefix[64];
	const struct outcome *const outcomes[] = {event.outcome, &later_outcome, &never};
	const int priorities[] = {22, 20, 19};

	for (size_t i = 0; i < 3; i++) {
		event.outcome = outcomes[i];
		check_number(write_once(&plan, &event), 0);
		ssize_t size = recv(daemon, datagram, sizeof datagram, MSG_DONTWAIT);
		int length = snprintf(prefix, sizeof prefix,
		    "<%d>culver-deliver[%d]: ", priorities[i], (int)getpid());
		check(size > length && memcmp(datagram, prefix, (size_t)length) == 0);
		struct text line = {datagram + length, size > length ? (size_t)(size - length) : 0};
		check_number(json_members(line), MEMBERS);
	}
	check(recv(daemon, datagram, sizeof datagram, MSG_DONTWAIT) < 0);
	close(daemon);
}

static void
a_missing_or_stuck_syslog_costs_the_line_only(void)
{
	struct text path = in_directory("stuck");
	struct delivery_log_plan plan = {.syslog_socket = path.data};
	struct delivery_event event = sample_event();
	char too_long[200];
	int status = 0, lines = 0;

	check_number(write_once(&plan, &event), ENOENT);
	int daemon = listen_as_syslog(path);
	int64_t start = clock_monotonic_milliseconds();
	while (status == 0 && lines++ < 10000)
		status = write_once(&plan, &event);
	check_number(status, EAGAIN);
	int64_t waited = clock_monotonic_milliseconds() - start;
	check(waited >= 900 && waited < 5000);
	close(daemon);
	check_number(write_once(&plan, &event), ECONNREFUSED);
	memset(too_long, 'x', sizeof too_long);
	too_long[sizeof too_long - 1] = '\0';
	plan.syslog_socket = too_long;
	check_number(write_once(&plan, &event), -1);
}

/* One id for the events of one log, another for another log. */
static void
events_of_one_delivery_share_an_id(void)
{
	struct text path = in_directory("id");
	struct delivery_log_plan plan = {.target = DELIVERY_LOG_FILE, .file = path};
	struct delivery_event event = sample_event();
	struct error error = {0};
	struct text ids[3];
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct delivery_log *log = delivery_log_new(&arena, &plan);
	check(delivery_log_write(log, &event, &error));
	event.time.nanoseconds += 5000;
	check(delivery_log_write(log, &event, &error));
	delivery_log_close(log);
	check_number(write_once(&plan, &event), 0);
	struct buffer bytes = read_whole(path);
	struct text rest = buffer_text(&bytes);
	for (size_t i = 0; i < 3; i++) {
		struct text line = text_split(&rest, '\n');
		size_t at = text_find(line, 0, TEXT("\"id\":\"")) + 6;
		ids[i] = text_slice(line, at, text_find_byte(line, at, '"'));
	}
	check(ids[0].size > 8);
	check_text(ids[1], ids[0]);
	check(!text_is_equal(ids[2], ids[0]));
	buffer_clear(&bytes);
	arena_clear(&arena);
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	test("a line has the fields of the event", fields_are_the_event);
	test("what is not known is null, and the null sender is not", what_is_not_known_is_null);
	test("a line is valid JSON and bounded, whatever the event holds",
	    lines_are_valid_and_bounded_for_any_bytes);
	test("a long value is cut, but not inside a character", long_values_are_cut_at_a_character);
	test("a line that a killed writer left is ended first", torn_lines_get_their_end);
	test("a short write loses one line only", short_writes_lose_one_line_only);
	test("the lines of fifty writers never mix", lines_of_many_writers_never_mix);
	test("links, fifos, directories and devices are refused",
	    links_and_other_kinds_of_files_are_refused);
	test("the user's file takes what the host's cannot",
	    the_user_file_takes_what_the_host_file_cannot);
	test("the recipient's rights decide which file is used", rights_decide_which_file_is_used);
	test("a log that is off opens nothing", a_log_that_is_off_opens_nothing);
	test("syslog gets one datagram with a priority by outcome",
	    syslog_gets_a_priority_by_outcome);
	test("a missing or stuck syslog costs the line only",
	    a_missing_or_stuck_syslog_costs_the_line_only);
	test("the events of one delivery share an id", events_of_one_delivery_share_an_id);
	char *arguments[] = {(char *)(uintptr_t) "rm", (char *)(uintptr_t) "-rf", directory, NULL};
	pid_t remover = fork();
	if (remover == 0)
		execvp("rm", arguments);
	waitpid(remover, NULL, 0);
	return tests_end();
}
