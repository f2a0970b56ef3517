/*
 * Accounts, rights, spool, files and requests to stop: what a delivery stands on. Locks and commands
 * have files of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "system/file.h"
#include "system/rights.h"
#include "system/signals.h"
#include "system/spool.h"
#include "system/user.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-system-test.XXXXXX";

static const char *
path_of(const char *name)
{
	return arena_format(&arena, "%s/%s", directory, name).data;
}

static void
accounts_are_those_of_the_name_service(void)
{
	struct passwd *entry;
	struct error error;

	setpwent();
	while ((entry = getpwent()) != NULL) {
		struct user user;
		check(user_find_name(&arena, entry->pw_name, &user, &error) == USER_FOUND);
		check_number(user.uid, entry->pw_uid);
		check_number(user.gid, entry->pw_gid);
		check_text(text_from_string(user.home), text_from_string(entry->pw_dir));
		check_text(text_from_string(user.shell), text_from_string(entry->pw_shell));
	}
	endpwent();
}

static void
unknown_accounts_are_unknown(void)
{
	struct user user;
	struct error error;

	check_number(user_find_name(&arena, "no-such-user-here", &user, &error), USER_UNKNOWN);
	check_number(user_find_name(&arena, "", &user, &error), USER_UNKNOWN);
	check_number(user_find_name(&arena, "root:x", &user, &error), USER_UNKNOWN);
	check_number(user_find_uid(&arena, 0, &user, &error), USER_FOUND);
	check_text(text_from_string(user.name), TEXT("root"));
}

static void
nobody_becomes_another_without_root(void)
{
	struct user other = {.name = "other", .uid = 54321, .gid = 54321};
	struct user self = {.name = "self", .uid = getuid(), .gid = getgid()};
	struct error error;

	if (rights_is_root())
		return;
	check(rights_become(&self, &error));
	check(!rights_become(&other, &error));
}

static void
root_does_not_come_back(void)
{
	struct user other = {.name = "no-groups-for-this-name", .uid = 54321, .gid = 54321};
	struct error error;
	int status;

	if (!rights_is_root())
		return;
	pid_t child = fork();
	if (child == 0) {
		bool is_other = rights_become(&other, &error) && getuid() == 54321 &&
				getegid() == 54321 && setuid(0) < 0 &&
				open("/etc/shadow", O_RDONLY) < 0;
		_exit(is_other ? 0 : 1);
	}
	check(waitpid(child, &status, 0) == child && status == 0);
}

/* Receives what a child writes into a pipe; the caller frees nothing. */
static struct spool *
receive(struct text message, const struct spool_plan *plan, struct error *error)
{
	struct spool *spool = NULL;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	pid_t writer = fork();
	if (writer == 0) {
		close(ends[0]);
		_exit(file_write(ends[1], message, "the pipe", error) ? 0 : 1);
	}
	close(ends[1]);
	bool received = spool_receive(&arena, ends[0], plan, &spool, error);
	close(ends[0]);
	waitpid(writer, NULL, 0);
	return received ? spool : NULL;
}

static size_t
skip_three(void *self, struct text start)
{
	(void)self;
	return text_has_prefix(start, TEXT("abc")) ? 3 : 0;
}

static void
check_spooled(size_t size, struct text prefix, bool in_file)
{
	struct spool_plan plan = {
	    .directories = {path_of("missing"), directory}, .prefix = prefix, .skip = skip_three};
	struct error error = {.kind = ERROR_NONE};
	struct text got;
	char *bytes = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('a' + i % 3);
	struct spool *spool = receive((struct text){bytes, size}, &plan, &error);
	check(spool != NULL);
	if (spool == NULL) {
		free(bytes);
		return;
	}
	size_t skipped = size >= 3 ? 3 : 0;
	check_number(spool_size(spool), prefix.size + size - skipped);
	check(in_file == (spool_descriptor(spool) >= 0));
	check(spool_map(spool, &got, &error));
	check(text_has_prefix(got, prefix));
	check(text_is_equal(text_slice(got, prefix.size, got.size),
	    (struct text){bytes + skipped, size - skipped}));
	spool_close(spool);
	free(bytes);
}

static void
messages_of_every_size_are_kept(void)
{
	static const size_t sizes[] = {
	    0, 1, 2, 3, 4095, 8191, 8192, 8193, 65536, SPOOL_MEMORY_MAX - 1};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		check_spooled(sizes[i], TEXT(""), false);
		check_spooled(sizes[i], TEXT("A: b\nC: d\n"), false);
	}
	check_spooled(SPOOL_MEMORY_MAX, TEXT(""), true);
	check_spooled(SPOOL_MEMORY_MAX + 1, TEXT("A: b\n"), true);
	check_spooled(3000000, TEXT("A: b\n"), true);
}

static void
a_regular_file_is_a_message_too(void)
{
	struct spool_plan plan = {.directories = {directory}};
	struct error error;
	struct text got;
	struct spool *spool;
	const char *path = path_of("input");
	static char bytes[400000];

	memset(bytes, 'x', sizeof bytes);
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	check(file_write(descriptor, (struct text){bytes, sizeof bytes}, path, &error));
	check(lseek(descriptor, 0, SEEK_SET) == 0);
	check(spool_receive(&arena, descriptor, &plan, &spool, &error));
	check(spool_map(spool, &got, &error));
	check(text_is_equal(got, (struct text){bytes, sizeof bytes}));
	spool_close(spool);
	close(descriptor);
	unlink(path);
}

static void
a_large_message_needs_a_place(void)
{
	struct spool_plan plan = {.directories = {path_of("missing")}};
	struct error error = {.kind = ERROR_NONE};
	static char bytes[SPOOL_MEMORY_MAX + 10];

	check(receive((struct text){bytes, sizeof bytes}, &plan, &error) == NULL);
	check(error.number == ENOENT);
}

static void
files_are_read_whole_or_refused(void)
{
	const char *path = path_of("file");
	struct error error;
	struct text bytes;

	check(!file_read(&arena, path, 100, &bytes, &error) && error.number == ENOENT);
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	check(file_write(descriptor, TEXT("one\0two"), path, &error));
	check(file_settle(descriptor, path, &error) && file_sync(descriptor, path, &error));
	check(file_close(descriptor, path, &error));
	check(file_read(&arena, path, 7, &bytes, &error));
	check_text(bytes, TEXT("one\0two"));
	check(!file_read(&arena, path, 6, &bytes, &error) && error.kind == ERROR_LIMIT);
	check(!file_read(&arena, directory, 100, &bytes, &error) && error.kind == ERROR_REFUSE);
	check(file_sync_directory(directory, &error));
	check(!file_sync_directory(path_of("missing"), &error));
	unlink(path);
}

static void
the_directory_of_a_path_is_in_front_of_its_last_slash(void)
{
	check_text(file_directory("/var/mail/dove"), TEXT("/var/mail"));
	check_text(file_directory("/dove"), TEXT("/"));
	check_text(file_directory("dove"), TEXT("."));
	check_text(file_directory("./dove"), TEXT("."));
	check_text(file_directory(""), TEXT("."));
}

static void
files_are_copied_from_their_start(void)
{
	const char *from = path_of("from"), *to = path_of("to");
	struct error error;
	struct text bytes;

	int source = open(from, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int target = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	check(file_write(source, TEXT("0123456789"), from, &error));
	check(file_copy(source, target, 10, to, &error));
	check(file_copy_from(source, 7, target, 3, to, &error));
	check(file_copy_from(source, 10, target, 0, to, &error));
	check(!file_copy_from(source, 7, target, 4, to, &error));
	check(!file_copy(source, target, 11, to, &error));
	close(source);
	close(target);
	check(file_read(&arena, to, 100, &bytes, &error));
	check_text(bytes, TEXT("01234567897897890123456789"));
	unlink(from);
	unlink(to);
}

static void
requests_to_stop_are_seen_not_suffered(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		signals_install(1);
		bool holds = signals_pending() == 0 && signals_time_left() > 0;
		raise(SIGTERM);
		holds = holds && signals_pending() == SIGTERM && signals_descriptor() >= 0;
		usleep(1100000);
		holds = holds && signals_pending() == SIGNALS_DEADLINE && signals_time_left() == 0;
		_exit(holds ? 0 : 1);
	}
	check(waitpid(child, &status, 0) == child && status == 0);
}

static void
what_does_not_come_back_is_ended(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		volatile unsigned long turns = 0;
		signals_guard(0);
		signals_install(1);
		signals_guard(0);
		for (;;)
			turns++;
	}
	check(waitpid(child, &status, 0) == child);
	check(WIFEXITED(status) && WEXITSTATUS(status) == EX_TEMPFAIL);
}

static void
limits_nest_and_give_the_outer_deadline_back(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		bool holds = true;
		/* Without a deadline of the run. */
		signals_install(0);
		int64_t none = signals_begin_limit(100);
		holds = holds && none == 0 && signals_time_left() > 99000;
		/* Never further away, to the millisecond what it was before. */
		int64_t outer = signals_begin_limit(1000);
		holds = holds && signals_time_left() <= 100000;
		holds = holds && signals_begin_limit(50) == outer && signals_time_left() <= 50000;
		signals_end_limit(outer);
		holds = holds && signals_begin_limit(10000) == outer;
		signals_end_limit(outer);
		signals_end_limit(outer);
		holds = holds && signals_time_left() > 99000;
		signals_end_limit(none);
		holds = holds && signals_time_left() == -1 && signals_pending() == 0;
		/* A limit that has passed is told from the end of the run. */
		signals_install(2);
		outer = signals_begin_limit(1);
		usleep(1050000);
		holds = holds && signals_pending() == SIGNALS_LIMIT && signals_time_left() == 0;
		signals_end_limit(outer);
		holds = holds && signals_pending() == 0 && signals_time_left() > 0;
		outer = signals_begin_limit(5);
		usleep(1000000);
		holds = holds && signals_pending() == SIGNALS_DEADLINE;
		signals_end_limit(outer);
		holds = holds && signals_pending() == SIGNALS_DEADLINE;
		_exit(holds ? 0 : 1);
	}
	check(waitpid(child, &status, 0) == child && status == 0);
}

static void
a_file_is_replaced_whole(void)
{
	const char *path = arena_format(&arena, "%s/replaced", directory).data;
	struct stat status;
	struct error error;
	struct text bytes;
	struct file_replacement replacement = {
	    .bytes = TEXT("first\n"), .mode = 0777, .group = getgid()};

	check(file_replace(path, &replacement, &error));
	check(stat(path, &status) == 0);
	check_number(status.st_mode & 07777, 0666);
	int old = open(path, O_RDONLY | O_CLOEXEC);
	replacement.bytes = TEXT("second\n");
	replacement.mode = 0640;
	replacement.newer_than = status.st_mtime + 5;
	check(file_replace(path, &replacement, &error));
	check(file_read_descriptor(&arena, old, 100, &bytes, &error));
	check_text(bytes, TEXT("first\n"));
	close(old);
	check(file_read(&arena, path, 100, &bytes, &error));
	check_text(bytes, TEXT("second\n"));
	int64_t before = status.st_mtime;
	check(stat(path, &status) == 0 && status.st_mtime == before + 6);
	check_number(status.st_mode & 07777, 0640);
	/* A leftover of a process with our number is no obstacle, and nothing else is left. */
	int leftover = open(arena_format(&arena, "%s.new.%ld", path, (long)getpid()).data,
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(leftover);
	check(file_replace(path, &replacement, &error));
	unlink(path);
	check(
	    !file_replace(arena_format(&arena, "%s/none/x", directory).data, &replacement, &error));
	check_number(error.number, ENOENT);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("accounts are those of the name service", accounts_are_those_of_the_name_service);
	test("unknown accounts are unknown, odd names too", unknown_accounts_are_unknown);
	test("without root nobody becomes another", nobody_becomes_another_without_root);
	test("having become a user, root does not come back", root_does_not_come_back);
	test("messages of every size are kept, with a prefix and without what is skipped",
	    messages_of_every_size_are_kept);
	test("a regular file is a message too", a_regular_file_is_a_message_too);
	test("a large message without a place to keep it is an error",
	    a_large_message_needs_a_place);
	test("files are read whole or refused", files_are_read_whole_or_refused);
	test("the directory of a path is what stands before its last slash",
	    the_directory_of_a_path_is_in_front_of_its_last_slash);
	test("files are copied from their start, or from a place in them",
	    files_are_copied_from_their_start);
	test("a file is replaced whole", a_file_is_replaced_whole);
	test("limits nest, and give the outer deadline back",
	    limits_nest_and_give_the_outer_deadline_back);
	test("requests to stop are seen, not suffered", requests_to_stop_are_seen_not_suffered);
	test("a step that does not come back is ended, and the message is later",
	    what_does_not_come_back_is_ended);
	rmdir(directory);
	arena_clear(&arena);
	return tests_end();
}
