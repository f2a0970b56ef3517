/*
 * mbox delivery: bytes, refusals, recovery after interrupted appends, and every fault point.
 */
#include "deliver/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "deliver/mbox_format.h"
#include "support/tap.h"
#include "system/signals.h"

#define DATE     "Sat Nov 21 21:48:00 2026"
#define FROM_JOE "From joe@example.com " DATE "\n"

static const struct text m1 = {"From: \"Joe Brown\" <joe@example.com>\n"
			       "To: alice@example.org, \"Bob\" <bob@example.net>\n"
			       "Cc: Carol <CAROL@Example.NET>\n"
			       "Subject: Hello World\n"
			       "Message-ID: <1@example.com>\n"
			       "\n"
			       "body line one\n"
			       "From the start\n"
			       "second FOO line\n",
    208};

struct attempt {
	enum outcome_class class;
	struct status_code code;
	char reason[2048];
	char place[512];
};

static void
put(const char *path, struct text bytes)
{
	FILE *file = fopen(path, "w");

	check(file != NULL && fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
	fclose(file);
}

/* The caller frees .data. */
static struct text
get(const char *path)
{
	FILE *file = fopen(path, "r");
	struct text bytes = {malloc(4 * 1024 * 1024), 0};

	if (file == NULL)
		return bytes;
	bytes.size = fread((char *)(uintptr_t)bytes.data, 1, 4 * 1024 * 1024, file);
	fclose(file);
	return bytes;
}

static void
check_file_at(const char *path, struct text wanted, const char *file, int line)
{
	struct text got = get(path);

	check_text_at(got, wanted, file, line);
	free((void *)(uintptr_t)got.data);
}
#define check_file(path, wanted) check_file_at((path), (wanted), __FILE__, __LINE__)

static void
clear(const char *path)
{
	unlink(path);
}

static struct settings
usual_settings(void)
{
	return (struct settings){.dot_lock = DOT_LOCK_TRY,
	    .lock_timeout = 1,
	    .lock_retry = 20,
	    .lock_stale_after = 300,
	    .umask = 077};
}

static struct attempt
deliver_with(const char *path, struct text bytes, const struct envelope *envelope,
    const struct settings *settings)
{
	struct attempt attempt = {.reason = ""};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct text copy = exact_copy(bytes);
	struct delivery delivery = {
	    .arena = &arena,
	    .settings = settings,
	    .envelope = envelope,
	    .message = message_new(&arena, copy),
	    .destination = text_from_string(path),
	    .target = text_from_string(path),
	};
	struct outcome outcome = mbox_backend.deliver(&delivery);
	attempt.class = outcome.class;
	attempt.code = outcome.code;
	snprintf(attempt.reason, sizeof attempt.reason, "%s", outcome.reason);
	snprintf(attempt.place, sizeof attempt.place, "%.*s", TEXT_ARGUMENTS(delivery.final_place));
	arena_clear(&arena);
	free((void *)(uintptr_t)copy.data);
	return attempt;
}

static const struct envelope joe = {
    .has_sender = true, .sender = {"joe@example.com", 15}, .from_line_date = {DATE, 24}};

static struct attempt
deliver(struct text bytes)
{
	struct settings settings = usual_settings();

	return deliver_with("box", bytes, &joe, &settings);
}

/* Delivers to a file that begins with `before` and compares it all. */
static void
check_delivery_at(
    struct text before, struct text message, struct text wanted, const char *file, int line)
{
	put("box", before);
	struct attempt attempt = deliver(message);
	check_at(attempt.class == OUTCOME_DONE, attempt.reason, file, line);
	check_file_at("box", wanted, file, line);
	check_at(access("box.lock", F_OK) != 0, "no lock file stays", file, line);
	char mark[64];
	check_at(getxattr("box", "user.culver.append", mark, sizeof mark) < 0, "no mark stays",
	    file, line);
	clear("box");
}
#define check_delivery(before, message, wanted)                                                    \
	check_delivery_at((before), (message), (wanted), __FILE__, __LINE__)

static void
the_reference_message_has_254_bytes(void)
{
	const struct envelope nobody = {.has_sender = false};
	struct settings settings = usual_settings();
	struct stat status;

	clear("box");
	struct attempt attempt = deliver_with("box", m1, &nobody, &settings);
	check_number(attempt.class, OUTCOME_DONE);
	check_text(text_from_string(attempt.place), TEXT("box"));
	struct text got = get("box");
	check_number(got.size, 254);
	check(text_has_prefix(got, TEXT("From MAILER-DAEMON ")));
	check(mbox_format_is_date(text_slice(got, 19, 43)));
	struct text expected_rest = text_slice(m1, 0, text_find(m1, 0, TEXT("From the start")));
	check(text_has_prefix(text_slice(got, 44, got.size), expected_rest));
	check(text_has_suffix(got, TEXT("\n>From the start\nsecond FOO line\n\n")));
	free((void *)(uintptr_t)got.data);
	check(stat("box", &status) == 0 && (status.st_mode & 07777) == 0600);
	check_number(deliver_with("box", m1, &nobody, &settings).class, OUTCOME_DONE);
	check(stat("box", &status) == 0 && status.st_size == 508);
	clear("box");
}

static void
quoting_adds_one_sign(void)
{
	check_delivery(TEXT(""),
	    TEXT("From a b\nX: y\n\n>From x\n>>From y\nFrom\nFrom:\n x From z\nfrom q\n"),
	    TEXT(FROM_JOE
		">From a b\nX: y\n\n>>From x\n>>>From y\nFrom\nFrom:\n x From z\nfrom q\n\n"));
	check_delivery(TEXT(""), TEXT("a\n\nFrom \nFrom From From \n>x>From y\n> From\n"),
	    TEXT(FROM_JOE "a\n\n>From \n>From From From \n>x>From y\n> From\n\n"));
	check_delivery(TEXT(""), TEXT("a: b\r\n\r\nFrom c\r\nx\rFrom d\r\n"),
	    TEXT(FROM_JOE "a: b\r\n\r\n>From c\r\nx\rFrom d\r\n\n"));
	check_delivery(TEXT(""), TEXT(">>>From "), TEXT(FROM_JOE ">>>>From \n\n"));
}

static void
ends_are_completed(void)
{
	check_delivery(TEXT(""), TEXT(""), TEXT(FROM_JOE "\n"));
	check_delivery(TEXT(""), TEXT("\n"), TEXT(FROM_JOE "\n\n"));
	check_delivery(TEXT(""), TEXT("A: b"), TEXT(FROM_JOE "A: b\n\n"));
	check_delivery(TEXT(""), TEXT("A: b\n\n"), TEXT(FROM_JOE "A: b\n\n\n"));
	check_delivery(
	    TEXT(""), TEXT("\0\n\0From x\nFrom \0"), TEXT(FROM_JOE "\0\n\0From x\n>From \0\n\n"));
}

static void
a_mailbox_with_a_torn_end_is_completed_first(void)
{
	check_delivery(TEXT("x"), TEXT("m\n"), TEXT("x\n\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("x\n"), TEXT("m\n"), TEXT("x\n\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("x\n\n"), TEXT("m\n"), TEXT("x\n\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("x\r\n\r\n"), TEXT("m\n"), TEXT("x\r\n\r\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("x\r\n"), TEXT("m\n"), TEXT("x\r\n\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("\n"), TEXT("m\n"), TEXT("\n" FROM_JOE "m\n\n"));
	check_delivery(TEXT("xy\0"), TEXT("m\n"), TEXT("xy\0\n\n" FROM_JOE "m\n\n"));
}

static void
the_sender_makes_one_word(void)
{
	char block[4096], long_sender[1000];
	struct timestamp then = {.seconds = 0};
	struct arena arena;
	struct envelope envelope = {
	    .has_sender = true, .sender = TEXT("a b\nFrom\tc\0\x7f\xc3\xa9@d")};

	arena_init(&arena, block, sizeof block);
	check_text(mbox_format_lead(&arena, &envelope, then, TEXT("")),
	    TEXT("From a_b_From_c__\xc3\xa9@d Thu Jan  1 00:00:00 1970\n"));
	envelope.from_line_date = TEXT("Sat Nov 21 21:48:00 2026\nX");
	envelope.sender = TEXT("");
	check_text(mbox_format_lead(&arena, &envelope, then, TEXT("")),
	    TEXT("From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"));
	memset(long_sender, 's', sizeof long_sender);
	envelope.sender = (struct text){long_sender, sizeof long_sender};
	check_number(mbox_format_lead(&arena, &envelope, then, TEXT("x")).size,
	    2 + 5 + MBOX_FORMAT_SENDER_MAX + 26);
	arena_clear(&arena);
}

static void
a_message_with_many_quoted_lines_is_whole(void)
{
	enum { LINES = 3000 };
	char *message = malloc(LINES * 8), *wanted = malloc(sizeof FROM_JOE + LINES * 8);
	size_t size = 0, wanted_size = sizeof FROM_JOE - 1;

	memcpy(wanted, FROM_JOE, sizeof FROM_JOE);
	for (int i = 0; i < LINES; i++) {
		memcpy(message + size, "From x\n", 7);
		memcpy(wanted + wanted_size, ">From x\n", 8);
		size += 7;
		wanted_size += 8;
	}
	wanted[wanted_size++] = '\n';
	check_delivery(
	    TEXT(""), ((struct text){message, size}), ((struct text){wanted, wanted_size}));
	free(message);
	free(wanted);
}

static void
check_later_at(const char *path, const char *words, const char *file, int line)
{
	struct settings settings = usual_settings();
	int64_t start = clock_monotonic_milliseconds();
	struct attempt attempt = deliver_with(path, m1, &joe, &settings);

	check_at(attempt.class == OUTCOME_LATER, "later", file, line);
	check_at(strstr(attempt.reason, words) != NULL, attempt.reason, file, line);
	check_at(strstr(attempt.reason, path) != NULL, attempt.reason, file, line);
	check_at(clock_monotonic_milliseconds() - start < 5000, "not blocked", file, line);
	check_at(attempt.place[0] == '\0', "no final place", file, line);
}
#define check_later(path, words) check_later_at((path), (words), __FILE__, __LINE__)

static void
what_is_not_a_file_is_later(void)
{
	check(mkfifo("fifo", 0600) == 0);
	check_later("fifo", "fifo");
	clear("fifo");
	check(mkdir("folder", 0700) == 0);
	check_later("folder", "directory");
	check(rmdir("folder") == 0);
	check_later("missing/box", "directory there");
	check_later("/dev/full", "not a regular file");
	struct settings settings = usual_settings();
	check_number(deliver_with("", m1, &joe, &settings).class, OUTCOME_LATER);
}

static void
symbolic_links_are_followed_for_their_owner_only(void)
{
	check(mkdir("real", 0700) == 0);
	check(symlink("real/box", "link") == 0);
	check_later("link", "link points there");
	check(access("real/box", F_OK) != 0);
	put("real/box", TEXT(""));
	check(symlink("link", "second") == 0);
	struct settings settings = usual_settings();
	check_number(deliver_with("second", TEXT("m\n"), &joe, &settings).class, OUTCOME_DONE);
	check_file("real/box", TEXT(FROM_JOE "m\n\n"));
	check(symlink("loop", "loop") == 0);
	check_later("loop", "too many");
	if (geteuid() == 0) {
		check(lchown("link", 12345, 12345) == 0);
		check_later("link", "another user");
		check_file("real/box", TEXT(FROM_JOE "m\n\n"));
	}
	clear("loop");
	clear("link");
	clear("second");
	clear("real/box");
	check(rmdir("real") == 0);
}

static void
files_of_others_in_open_directories_are_later(void)
{
	check(mkdir("open", 0777) == 0 && chmod("open", 01777) == 0);
	put("open/box", TEXT("x\n\n"));
	check(link("open/box", "open/other") == 0);
	check_later("open/box", "hard links");
	clear("open/other");
	if (geteuid() == 0) {
		check(chown("open/box", 12345, 12345) == 0);
		check_later("open/box", "belongs to another user");
		check(chmod("open", 0755) == 0);
		struct settings settings = usual_settings();
		check_number(
		    deliver_with("open/box", TEXT("m\n"), &joe, &settings).class, OUTCOME_DONE);
	}
	clear("open/box");
	check(rmdir("open") == 0);
}

static void
locks_of_others_are_waited_for(void)
{
	struct settings settings = usual_settings();
	char content[32];

	snprintf(content, sizeof content, "%ld\n", (long)getpid());
	put("box", TEXT("x\n\n"));
	put("box.lock", text_from_string(content));
	check_later("box", "box.lock");
	int descriptor = open("box", O_RDWR);
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	check(fcntl(descriptor, F_OFD_SETLK, &whole) == 0); /* it was given back */
	clear("box.lock");
	check_later("box", "fcntl");
	check(access("box.lock", F_OK) != 0);
	check_file("box", TEXT("x\n\n"));
	close(descriptor);
	settings.dot_lock = DOT_LOCK_OFF;
	put("box.lock", text_from_string(content));
	check_number(deliver_with("box", TEXT("m\n"), &joe, &settings).class, OUTCOME_DONE);
	clear("box.lock");
	clear("box");
}

/* Runs `run` in a process without root's power to write everywhere. */
static int
in_a_process(int (*run)(void), uid_t uid, const char *fault)
{
	int status;

	fflush(stdout);
	pid_t process = fork();
	if (process == 0) {
		signals_install(0);
		if (fault != NULL)
			setenv("CULVER_FAULT", fault, 1);
		if (uid != 0 && setresuid(uid, uid, uid) != 0)
			_exit(98);
		int result = run();
		exit(checks_failed > 0 ? 97 : result);
	}
	waitpid(process, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int
deliver_in_a_closed_directory(void)
{
	struct settings settings = usual_settings();

	checks_failed = 0;
	struct attempt attempt = deliver_with("closed/box", TEXT("m\n"), &joe, &settings);
	check(attempt.class == OUTCOME_DONE);
	check(strstr(attempt.reason, "fcntl lock alone") != NULL);
	settings.dot_lock = DOT_LOCK_REQUIRED;
	attempt = deliver_with("closed/box", TEXT("m\n"), &joe, &settings);
	check(attempt.class == OUTCOME_LATER);
	check(strstr(attempt.reason, "lock file") != NULL);
	return 0;
}

static void
a_directory_without_room_for_a_lock_file(void)
{
	if (geteuid() != 0)
		return;
	check(mkdir("closed", 0755) == 0);
	put("closed/box", TEXT(""));
	check(chown("closed/box", 12345, 12345) == 0);
	check_number(in_a_process(deliver_in_a_closed_directory, 12345, NULL), 0);
	check_file("closed/box", TEXT(FROM_JOE "m\n\n"));
	clear("closed/box");
	check(rmdir("closed") == 0);
}

static void
mark(size_t old_size, size_t total, const char *lead)
{
	char value[512];
	int size = snprintf(value, sizeof value, "%zu %zu %s", old_size, total, lead);

	check(setxattr("box", "user.culver.append", value, (size_t)size, 0) == 0);
}

/* A mailbox with `bytes` and a mark as an interrupted append leaves it; one delivery; then it is
 * `wanted`. */
static void
check_recovery_at(struct text bytes, size_t old_size, size_t total, const char *lead,
    struct text wanted, const char *words, int line)
{
	put("box", bytes);
	mark(old_size, total, lead);
	struct attempt attempt = deliver(TEXT("m\n"));
	check_at(attempt.class == OUTCOME_DONE, attempt.reason, __FILE__, line);
	check_at(strstr(attempt.reason, words) != NULL, attempt.reason, __FILE__, line);
	check_file_at("box", wanted, __FILE__, line);
	char rest[64];
	check_at(getxattr("box", "user.culver.append", rest, sizeof rest) < 0, "no mark", __FILE__,
	    line);
	clear("box");
}
#define check_recovery(bytes, old_size, total, lead, wanted, words)                                \
	check_recovery_at((bytes), (old_size), (total), (lead), (wanted), (words), __LINE__)

#define OLD  "From a@b " DATE "\nold\n\n"
#define TORN "From t@t " DATE "\n"
#define NEW  FROM_JOE "m\n\n"
enum { OLD_SIZE = sizeof OLD - 1 };

static void
a_torn_message_is_taken_back(void)
{
	const char *cut = "taken back";

	check_recovery(TEXT(OLD TORN "half a li"), OLD_SIZE, 500, TORN, TEXT(OLD NEW), cut);
	check_recovery(TEXT(OLD "From t@"), OLD_SIZE, 500, TORN, TEXT(OLD NEW), cut);
	check_recovery(
	    TEXT(OLD TORN ">From x\na From b\n"), OLD_SIZE, 500, TORN, TEXT(OLD NEW), cut);
	check_recovery(TEXT(TORN "half"), 0, 500, TORN, TEXT(NEW), cut);
	/* A mailbox that was sent as a message has separators, quoted. */
	check_recovery(TEXT(OLD TORN "a\n>From z@z " DATE "\n>>>From y " DATE "\nhalf"), OLD_SIZE,
	    500, TORN, TEXT(OLD NEW), cut);
	check_recovery(TEXT("old\n\n" TORN "half"), 3, 500, "\n\n" TORN, TEXT("old\n\n" NEW), cut);
	check_recovery(
	    TEXT(OLD "\0\0\0"), OLD_SIZE, 500, TORN, TEXT(OLD "\0\0\0\n\n" NEW), "other mail");
}

static void
a_whole_append_with_a_mark_stays(void)
{
	check_recovery(TEXT(OLD TORN "x\n\n"), OLD_SIZE, sizeof TORN - 1 + 3, TORN,
	    TEXT(OLD TORN "x\n\n" NEW), "appended");
	check_recovery(TEXT(OLD), OLD_SIZE, 500, TORN, TEXT(OLD NEW), "appended");
}

static void
other_programs_mail_is_never_cut_off(void)
{
	const char *stays = "stays";

	check_recovery(TEXT(OLD TORN "half\nFrom z@z " DATE "\nz\n\n"), OLD_SIZE, 500, TORN,
	    TEXT(OLD TORN "half\nFrom z@z " DATE "\nz\n\n" NEW), stays);
	check_recovery(TEXT(OLD TORN "halfFrom z@z  " DATE "\nz\n\n"), OLD_SIZE, 500, TORN,
	    TEXT(OLD TORN "halfFrom z@z  " DATE "\nz\n\n" NEW), stays);
	check_recovery(
	    TEXT(OLD TORN "From z\n"), OLD_SIZE, 500, TORN, TEXT(OLD TORN "From z\n\n" NEW), stays);
	check_recovery(TEXT(OLD "From tFrom z@z " DATE "\nz\n\n"), OLD_SIZE, 500, TORN,
	    TEXT(OLD "From tFrom z@z " DATE "\nz\n\n" NEW), stays);
}

static void
a_separator_far_behind_is_found(void)
{
	enum { FILLER = 32 * 1024 };
	const struct text foreign = TEXT("From z@z " DATE "\nz\n\n");
	char *bytes = malloc(4 * FILLER);

	/* At every place around the first chunks' ends. */
	for (size_t filler = FILLER - 2200; filler < 2 * (size_t)FILLER + 50;
	     filler += filler < FILLER + 60 ? 97 : 2111) {
		size_t size = 0;
		memcpy(bytes, TORN, sizeof TORN - 1);
		size += sizeof TORN - 1;
		memset(bytes + size, 'x', filler);
		size += filler;
		memcpy(bytes + size, foreign.data, foreign.size);
		size += foreign.size;
		put("box", (struct text){bytes, size});
		mark(0, 900000, TORN);
		check_number(deliver(TEXT("m\n")).class, OUTCOME_DONE);
		struct stat status;
		check(stat("box", &status) == 0 && (size_t)status.st_size == size + sizeof NEW - 1);
		clear("box");
	}
	free(bytes);
}

/* The bytes of a torn append can end behind a ">" only where a block ends. */
static void
a_separator_behind_a_block_that_ends_with_a_quote_is_not_ours(void)
{
	const struct text foreign = TEXT("\n>From z@z " DATE "\nz\n\n");
	char bytes[1024];

	for (size_t place = 500; place < 520; place++) {
		memcpy(bytes, TORN, sizeof TORN - 1);
		memset(bytes + sizeof TORN - 1, 'x', sizeof bytes - sizeof TORN);
		memcpy(bytes + place - 2, foreign.data, foreign.size);
		put("box", (struct text){bytes, place - 2 + foreign.size});
		mark(0, 9000, TORN);
		check_number(deliver(TEXT("m\n")).class, OUTCOME_DONE);
		struct stat status;
		check(stat("box", &status) == 0);
		check_number((size_t)status.st_size,
		    sizeof NEW - 1 + (place == 512 ? place - 2 + foreign.size : 0));
		clear("box");
	}
}

static void
what_a_reader_rewrote_is_left(void)
{
	const char *stays = "stays";

	/* The old mail was moved out, the rest was shifted; then something else grew past the old
	 * size. */
	check_recovery(TEXT("From c@d " DATE "\nother\nmail\nthat is longer\n\n"), OLD_SIZE, 500,
	    TORN, TEXT("From c@d " DATE "\nother\nmail\nthat is longer\n\n" NEW), stays);
	check_recovery(TEXT("x\n\n"), OLD_SIZE, 500, TORN, TEXT("x\n\n" NEW), "appended");
	check_recovery(TEXT(""), OLD_SIZE, 500, TORN, TEXT(NEW), "appended");
}

static void
a_malformed_mark_destroys_nothing(void)
{
	static const char *const values[] = {"", " ", "0", "0 5", "0 900 ", "-1 900 From ",
	    "0x1 900 From ", "0 99999999999999999999999 From ", "9223372036854775807 900 From ",
	    "a b c"};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		put("box", TEXT(TORN "half"));
		check(setxattr("box", "user.culver.append", values[i], strlen(values[i]), 0) == 0);
		check_number(deliver(TEXT("m\n")).class, OUTCOME_DONE);
		check_file("box", TEXT(TORN "half\n\n" NEW));
		clear("box");
	}
}

static int
deliver_to_box(void)
{
	checks_failed = 0;
	struct attempt attempt = deliver(m1);
	fprintf(stderr, "# %s\n", attempt.reason);
	return attempt.class == OUTCOME_DONE ? 0 : 75;
}

/* Waits until nobody holds the mailbox's fcntl lock: the guardian is gone. */
static void
wait_for_guardian(void)
{
	int descriptor = open("box", O_RDWR);
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (descriptor < 0)
		return;
	while (fcntl(descriptor, F_OFD_SETLKW, &whole) != 0)
		check(errno == EINTR);
	close(descriptor);
}

static size_t
size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

static void
every_fault_takes_the_message_back(void)
{
	static const char *const points[] = {
	    "mbox-open", "mbox-mark", "mbox-append", "mbox-settle", "mbox-unmark", "mbox-sync"};
	static const char *const modes[] = {"ENOSPC", "EDQUOT", "EIO", "EROFS", "kill"};
	char fault[64];

	for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
		for (size_t j = 0; j < sizeof modes / sizeof *modes; j++) {
			put("box", TEXT(OLD));
			snprintf(fault, sizeof fault, "%s=%s", points[i], modes[j]);
			int status = in_a_process(deliver_to_box, 0, fault);
			wait_for_guardian();
			check_number(status, strcmp(modes[j], "kill") == 0 ? 1000 + SIGKILL : 75);
			check_file("box", TEXT(OLD));
			check_number(in_a_process(deliver_to_box, 0, NULL), 0);
			check_number(size_of("box"), OLD_SIZE + 256);
			clear("box");
			check(access("box.lock", F_OK) != 0);
		}
	}
}

static void
a_new_mailbox_whose_directory_cannot_be_synced_stays_empty(void)
{
	clear("box");
	check_number(in_a_process(deliver_to_box, 0, "mbox-directory-sync=EIO"), 75);
	check_file("box", TEXT(""));
	check_number(in_a_process(deliver_to_box, 0, "mbox-directory-sync=kill"), 1000 + SIGKILL);
	wait_for_guardian();
	check_file("box", TEXT(""));
	check_number(in_a_process(deliver_to_box, 0, NULL), 0);
	check_number(size_of("box"), 256);
	clear("box");
}

static void
a_fault_that_is_not_reached_fails(void)
{
	put("box", TEXT(OLD));
	check_number(in_a_process(deliver_to_box, 0, "mbox-directory-sync=EIO"), 99);
	clear("box");
}

/* A limit on file sizes makes the kernel write a part and then refuse. */
static int
deliver_with_a_size_limit(void)
{
	struct rlimit limit = {OLD_SIZE + 100, OLD_SIZE + 100};

	checks_failed = 0;
	setrlimit(RLIMIT_FSIZE, &limit);
	struct attempt attempt = deliver(m1);
	check(attempt.class == OUTCOME_LATER);
	return 0;
}

static void
a_short_write_is_taken_back(void)
{
	put("box", TEXT(OLD));
	check_number(in_a_process(deliver_with_a_size_limit, 0, NULL), 0);
	check_file("box", TEXT(OLD));
	/* Killed when it wants to take the part back: the guardian does it. */
	check_number(
	    in_a_process(deliver_with_a_size_limit, 0, "mbox-truncate=kill"), 1000 + SIGKILL);
	wait_for_guardian();
	/* The guardian asks the same fault point and dies too: then the mark is for the next
	 * delivery. */
	check_number(size_of("box"), OLD_SIZE + 100);
	check(getxattr("box", "user.culver.append", NULL, 0) > 0);
	check_number(in_a_process(deliver_to_box, 0, NULL), 0);
	check_number(size_of("box"), OLD_SIZE + 256);
	clear("box");
}

static void
a_part_that_cannot_be_taken_back_is_repaired_by_the_next(void)
{
	put("box", TEXT(OLD));
	check_number(in_a_process(deliver_with_a_size_limit, 0, "mbox-truncate=EIO"), 0);
	check_number(size_of("box"), OLD_SIZE + 100);
	check_number(in_a_process(deliver_to_box, 0, "mbox-truncate=EIO"), 75);
	check_number(size_of("box"), OLD_SIZE + 100);
	check_number(in_a_process(deliver_to_box, 0, NULL), 0);
	check_number(size_of("box"), OLD_SIZE + 256);
	clear("box");
}

static void
a_file_system_without_attributes_is_used_without_the_mark(void)
{
	put("box", TEXT(OLD));
	check_number(in_a_process(deliver_to_box, 0, "mbox-mark=ENOTSUP"), 0);
	check_number(size_of("box"), OLD_SIZE + 256);
	clear("box");
}

static int
deliver_while_stopped(void)
{
	checks_failed = 0;
	raise(SIGTERM);
	struct attempt attempt = deliver(m1);
	check(attempt.class == OUTCOME_LATER && strstr(attempt.reason, "stop") != NULL);
	return 0;
}

static void
a_request_to_stop_leaves_the_mailbox(void)
{
	put("box", TEXT(OLD));
	check_number(in_a_process(deliver_while_stopped, 0, NULL), 0);
	check_file("box", TEXT(OLD));
	clear("box");
}

int
main(void)
{
	char directory[] = "/tmp/culver-mbox.XXXXXX";

	if (mkdtemp(directory) == NULL || chdir(directory) != 0)
		return 99;
	chmod(directory, 0755);
	signals_install(0);
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("the reference message has 254 bytes", the_reference_message_has_254_bytes);
	test("quoting adds one sign to every From_ line", quoting_adds_one_sign);
	test("ends are completed", ends_are_completed);
	test("a mailbox with a torn end is completed first",
	    a_mailbox_with_a_torn_end_is_completed_first);
	test("the sender makes one word", the_sender_makes_one_word);
	test(
	    "a message with many quoted lines is whole", a_message_with_many_quoted_lines_is_whole);
	test("what is not a file is later", what_is_not_a_file_is_later);
	test("symbolic links are followed for their owner only",
	    symbolic_links_are_followed_for_their_owner_only);
	test("files of others in open directories are later",
	    files_of_others_in_open_directories_are_later);
	test("locks of others are waited for, and neither is kept", locks_of_others_are_waited_for);
	test("a directory without room for a lock file", a_directory_without_room_for_a_lock_file);
	test("every fault takes the message back, and a retry delivers",
	    every_fault_takes_the_message_back);
	test("a new mailbox whose directory cannot be synced stays empty",
	    a_new_mailbox_whose_directory_cannot_be_synced_stays_empty);
	test("a fault that is not reached fails", a_fault_that_is_not_reached_fails);
	test("a short write is taken back", a_short_write_is_taken_back);
	test(
	    "a request to stop leaves the mailbox as it was", a_request_to_stop_leaves_the_mailbox);
	test("a file system without attributes is used without the mark",
	    a_file_system_without_attributes_is_used_without_the_mark);
	put("box", TEXT(""));
	bool has_attributes = setxattr("box", "user.culver.append", "", 0, 0) == 0;
	clear("box");
	if (has_attributes) {
		test("a part that cannot be taken back is repaired by the next delivery",
		    a_part_that_cannot_be_taken_back_is_repaired_by_the_next);
		test("a torn message is taken back", a_torn_message_is_taken_back);
		test("a whole append with a mark stays", a_whole_append_with_a_mark_stays);
		test("other programs' mail is never cut off", other_programs_mail_is_never_cut_off);
		test("a separator far behind is found", a_separator_far_behind_is_found);
		test("a separator behind a block that ends with a quoting sign is not ours",
		    a_separator_behind_a_block_that_ends_with_a_quote_is_not_ours);
		test("what a reader rewrote is left", what_a_reader_rewrote_is_left);
		test("a malformed mark destroys nothing", a_malformed_mark_destroys_nothing);
	} else {
		test_skip(
		    "recovery by the mark", "the file system of /tmp has no extended attributes");
	}
	if (chdir("/") != 0 || rmdir(directory) != 0)
		return 99;
	return tests_end();
}
