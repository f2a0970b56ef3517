/*
 * Commands, system/child.h: what they get, how their end is told, and that nothing can hang or hurt
 * us.
 */
#include "system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/tap.h"
#include "system/signals.h"

enum { TEN_MEGABYTES = 10 * 1024 * 1024 };

static const char *const environment[] = {"PATH=/usr/bin:/bin", "GREETING=hello", NULL};

struct run {
	bool started;
	struct child_result result;
	struct error error;
	struct buffer output;
	int64_t milliseconds;
};

static struct child_request
request_for(const char *const *arguments)
{
	return (struct child_request){
	    .arguments = arguments,
	    .environment = environment,
	    .search_path = "/nonexistent:/usr/bin:/bin",
	    .input_descriptor = -1,
	    .timeout = 20,
	};
}

/* The caller clears the output. */
static struct run
run_request(struct child_request request, size_t output_maximum)
{
	struct run run = {.error = {.kind = ERROR_NONE}};
	int64_t start = clock_monotonic_milliseconds();

	buffer_init(&run.output, output_maximum);
	request.output = &run.output;
	run.started = child_run(&request, &run.result, &run.error);
	run.milliseconds = clock_monotonic_milliseconds() - start;
	return run;
}

static struct run
run_shell(const char *command, struct text input, unsigned timeout)
{
	const char *const arguments[] = {"sh", "-c", command, NULL};
	struct child_request request = request_for(arguments);

	request.input = input;
	request.timeout = timeout;
	return run_request(request, 2 * TEN_MEGABYTES);
}

static struct text
make_bytes(size_t size)
{
	char *bytes = malloc(size);

	if (bytes == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 2654435761U >> 13);
	return (struct text){bytes, size};
}

static void
free_bytes(struct text bytes)
{
	void *block;

	memcpy(&block, &bytes.data, sizeof block);
	free(block);
}

static void
arguments_are_passed_as_they_are(void)
{
	const char *const arguments[] = {"printf", "[%s]", "a b", "$HOME", "*", "", NULL};
	struct run run = run_request(request_for(arguments), 1000);

	check(run.started);
	check(WIFEXITED(run.result.status) && WEXITSTATUS(run.result.status) == 0);
	check_text(buffer_text(&run.output), TEXT("[a b][$HOME][*][]"));
	buffer_clear(&run.output);
}

static void
environment_is_the_given_one(void)
{
	const char *const arguments[] = {"env", NULL};
	struct run run = run_request(request_for(arguments), 1000);

	check_text(buffer_text(&run.output), TEXT("PATH=/usr/bin:/bin\nGREETING=hello\n"));
	buffer_clear(&run.output);
}

static void
exit_statuses_are_told(void)
{
	static const struct {
		const char *command;
		int status;
	} cases[] = {
	    {"exit 0", 0}, {"exit 1", 1}, {"exit 67", 67}, {"exit 75", 75}, {"exit 255", 255}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run run = run_shell(cases[i].command, TEXT(""), 10);
		check(run.started && WIFEXITED(run.result.status));
		check_number(WEXITSTATUS(run.result.status), cases[i].status);
		check(!run.result.timed_out && !run.result.interrupted);
		buffer_clear(&run.output);
	}
}

static void
signals_that_end_it_are_told(void)
{
	struct run run = run_shell("kill -9 $$", TEXT(""), 10);

	check(run.started && WIFSIGNALED(run.result.status));
	check_number(WTERMSIG(run.result.status), SIGKILL);
	check(!run.result.timed_out);
	buffer_clear(&run.output);
}

static void
ignored_sigchld_loses_no_status(void)
{
	signal(SIGCHLD, SIG_IGN);
	struct run run = run_shell("exit 67", TEXT(""), 10);
	check(WIFEXITED(run.result.status) && WEXITSTATUS(run.result.status) == 67);
	buffer_clear(&run.output);
	check(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

static bool
process_lives(struct text number)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%ld/stat", strtol(number.data, NULL, 10));
	FILE *file = fopen(path, "r");
	char line[200] = "";
	if (file == NULL)
		return false;
	bool read = fgets(line, sizeof line, file) != NULL;
	fclose(file);
	/* A zombie whose parent has not looked yet does not live. */
	return read && strstr(line, ") Z") == NULL;
}

static void
timeout_ends_the_whole_group(void)
{
	/* The leader is gone at once; its child ignores the polite signal. */
	struct run run =
	    run_shell("sh -c 'trap \"\" TERM; echo $$; sleep 60; sleep 60' & exit 3", TEXT(""), 1);

	check(run.started && run.result.timed_out);
	check(run.milliseconds >= 1000 && run.milliseconds < 5000);
	check(run.output.size > 0 && run.output.size < 12);
	for (unsigned tries = 0; tries < 100 && process_lives(buffer_text(&run.output)); tries++) {
		struct timespec moment = {.tv_nsec = 10000000};
		nanosleep(&moment, NULL);
	}
	check(run.output.size > 0 && !process_lives(buffer_text(&run.output)));
	buffer_clear(&run.output);
}

static void
timeout_ends_what_ignores_the_polite_signal(void)
{
	struct run run = run_shell("trap '' TERM; while :; do sleep 1; done", TEXT(""), 1);

	check(run.started && run.result.timed_out);
	check(WIFSIGNALED(run.result.status) && WTERMSIG(run.result.status) == SIGKILL);
	check(run.milliseconds >= 2900 && run.milliseconds < 6000);
	buffer_clear(&run.output);
}

static void
a_polite_end_is_quick(void)
{
	struct run run = run_shell("trap 'exit 9' TERM; sleep 60 & wait", TEXT(""), 1);

	check(run.result.timed_out);
	check(WIFEXITED(run.result.status) && WEXITSTATUS(run.result.status) == 9);
	check(run.milliseconds < 2500);
	buffer_clear(&run.output);
}

static void
ten_megabytes_go_both_ways(void)
{
	const char *const arguments[] = {"cat", NULL};
	struct text bytes = make_bytes(TEN_MEGABYTES);
	struct child_request request = request_for(arguments);

	request.prefix = TEXT("Delivered-To: prefix\n");
	request.input = bytes;
	struct run run = run_request(request, 2 * TEN_MEGABYTES);
	struct text got = buffer_text(&run.output);
	check(run.started && run.result.status == 0 && !run.result.input_incomplete);
	check_number((long long)got.size, TEN_MEGABYTES + (long long)request.prefix.size);
	check(text_has_prefix(got, request.prefix));
	check(text_is_equal(text_slice(got, request.prefix.size, got.size), bytes));
	buffer_clear(&run.output);
	free_bytes(bytes);
}

static void
output_before_input_does_not_deadlock(void)
{
	struct text bytes = make_bytes(TEN_MEGABYTES);
	struct run run = run_shell(
	    "head -c 1000000 /dev/zero; cat >/dev/null; head -c 1000000 /dev/zero", bytes, 20);

	check(run.result.status == 0);
	check_number((long long)run.output.size, 2000000);
	buffer_clear(&run.output);
	free_bytes(bytes);
}

static int
open_file_of(struct text bytes)
{
	char path[] = "/tmp/culver-child-XXXXXX";
	int descriptor = mkstemp(path);

	unlink(path);
	check(write(descriptor, bytes.data, bytes.size) == (ssize_t)bytes.size);
	return descriptor;
}

static void
descriptors_are_given_as_they_are(void)
{
	const char *const arguments[] = {
	    "sh", "-c", "stat -L -c %F /dev/stdin; cat; echo x >&0", NULL};
	struct child_request request = request_for(arguments);

	request.input_descriptor = open_file_of(TEXT("the message\n"));
	lseek(request.input_descriptor, 4, SEEK_SET);
	struct run run = run_request(request, 1000);
	check_text(buffer_text(&run.output), TEXT("regular file\nthe message\n"));
	check(WEXITSTATUS(run.result.status) != 0); /* it may not be written */
	check_number(lseek(request.input_descriptor, 0, SEEK_CUR), 4);
	check(!run.result.input_incomplete);
	buffer_clear(&run.output);
	const char *const reads_little[] = {"head", "-c", "1", NULL};
	request.arguments = reads_little;
	run = run_request(request, 1000);
	check(run.result.input_incomplete && run.result.status == 0);
	buffer_clear(&run.output);
	close(request.input_descriptor);
}

static void
a_descriptor_that_cannot_be_reopened_is_fed(void)
{
	const char *const arguments[] = {"cat", NULL};
	struct child_request request = request_for(arguments);

	request.input_descriptor = 999;
	request.input = TEXT("the message\n");
	struct run run = run_request(request, 1000);
	check_text(buffer_text(&run.output), TEXT("the message\n"));
	buffer_clear(&run.output);
}

static void
output_is_bounded(void)
{
	const char *const arguments[] = {"yes", NULL};
	struct run run = run_request(request_for(arguments), 100000);

	check(run.started && run.result.output_overfull && !run.result.timed_out);
	check(run.output.size <= 100000);
	check(run.result.status != 0);
	check(run.milliseconds < 5000);
	buffer_clear(&run.output);
}

static int
temporary_file(int flags)
{
	int descriptor = open("/tmp", O_TMPFILE | flags, 0600);

	check(descriptor > STDERR_FILENO);
	return descriptor;
}

static void
output_can_go_to_a_file(void)
{
	const char *const arguments[] = {
	    "sh", "-c", "cat; printf end; (sleep 0.2; printf late)&", NULL};
	struct child_request request = request_for(arguments);
	struct text input = make_bytes(TEN_MEGABYTES);
	struct child_result result;
	struct error error;
	char end[7];

	request.input = input;
	request.output_descriptor = temporary_file(O_RDWR);
	request.output_maximum = TEN_MEGABYTES + 7;
	check(child_run(&request, &result, &error));
	check_number(result.status, 0);
	check(!result.output_overfull && result.output_failure == 0);
	check_number(lseek(request.output_descriptor, 0, SEEK_END), TEN_MEGABYTES + 7);
	check(pread(request.output_descriptor, end, 7, TEN_MEGABYTES) == 7);
	check(memcmp(end, "endlate", 7) == 0);
	close(request.output_descriptor);
	free((void *)(uintptr_t)input.data);
}

static void
output_to_a_file_has_a_bound(void)
{
	const char *const arguments[] = {"yes", NULL};
	struct child_request request = request_for(arguments);
	struct child_result result;
	struct error error;

	request.output_descriptor = temporary_file(O_RDWR);
	request.output_maximum = 100000;
	check(child_run(&request, &result, &error));
	check(result.output_overfull && result.status != 0);
	check(lseek(request.output_descriptor, 0, SEEK_END) <= 100000);
	close(request.output_descriptor);
}

static void
a_file_that_cannot_be_written_ends_it(void)
{
	const char *const arguments[] = {"yes", NULL};
	struct child_request request = request_for(arguments);
	struct child_result result;
	struct error error;

	request.output_descriptor = open("/dev/full", O_WRONLY);
	request.output_maximum = 100000;
	check(child_run(&request, &result, &error));
	check_number(result.output_failure, ENOSPC);
	check(!result.output_overfull && result.status != 0);
	close(request.output_descriptor);
}

static void
count_second(void *self)
{
	unsigned *seconds = self;

	++*seconds;
}

static void
the_caller_is_called_each_second(void)
{
	const char *const arguments[] = {"sleep", "2.5", NULL};
	struct child_request request = request_for(arguments);
	struct child_result result;
	struct error error;
	unsigned seconds = 0;

	request.each_second = count_second;
	request.each_second_self = &seconds;
	check(child_run(&request, &result, &error));
	check(seconds >= 2 && seconds <= 5);
}

static void
programs_that_are_not_there_cannot_be_started(void)
{
	static const struct {
		const char *name;
		int number;
	} cases[] = {
	    {"culver-no-such-program", ENOENT},
	    {"/nonexistent/program", ENOENT},
	    {"/etc/passwd", EACCES},
	    {"/etc", EACCES},
	    {"", ENOENT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *const arguments[] = {cases[i].name, NULL};
		struct run run = run_request(request_for(arguments), 1000);
		check(!run.started);
		check_number(run.error.number, cases[i].number);
		check(strncmp(run.error.text, "cannot start ", 13) == 0);
		buffer_clear(&run.output);
	}
}

static void
what_may_not_be_executed_is_passed_over(void)
{
	char directory[] = "/tmp/culver-child-XXXXXX", path[64], search[128];
	const char *const arguments[] = {"true", NULL};
	struct child_request request = request_for(arguments);

	check(mkdtemp(directory) != NULL);
	snprintf(path, sizeof path, "%s/true", directory);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	request.search_path = directory;
	struct run run = run_request(request, 100);
	check(!run.started);
	check_number(run.error.number, EACCES);
	snprintf(search, sizeof search, "%s:/usr/bin:/bin", directory);
	request.search_path = search;
	run = run_request(request, 100);
	check(run.started && run.result.status == 0);
	unlink(path);
	rmdir(directory);
}

static void
input_closed_early_is_no_harm(void)
{
	struct text bytes = make_bytes(TEN_MEGABYTES);
	struct run run = run_shell("exec 0<&-; sleep 0.2; echo done", bytes, 20);

	check(run.result.status == 0 && run.result.input_incomplete);
	check_text(buffer_text(&run.output), TEXT("done\n"));
	buffer_clear(&run.output);
	run = run_shell("exit 4", bytes, 20);
	check(WEXITSTATUS(run.result.status) == 4 && run.result.input_incomplete);
	buffer_clear(&run.output);
	run = run_shell("exit 4", TEXT("small"), 20);
	check(WEXITSTATUS(run.result.status) == 4 && run.result.input_incomplete);
	buffer_clear(&run.output);
	run = run_shell("cat >/dev/null", TEXT("small"), 20);
	check(run.result.status == 0 && !run.result.input_incomplete);
	buffer_clear(&run.output);
	free_bytes(bytes);
}

static void
background_readers_get_everything(void)
{
	struct text bytes = make_bytes(TEN_MEGABYTES);
	struct run run = run_shell("exec 3<&0; { sleep 0.2; cat; } <&3 & exit 0", bytes, 20);

	check(run.result.status == 0);
	check(text_is_equal(buffer_text(&run.output), bytes));
	buffer_clear(&run.output);
	free_bytes(bytes);
}

static void
background_readers_outlive_the_command(void)
{
	const char *const arguments[] = {
	    "sh", "-c", "exec 3<&0; { sleep 0.2; cat >\"$0\"; } <&3 & exit 0", NULL, NULL};
	char path[] = "/tmp/culver-child-XXXXXX";
	const char *with_path[5];
	struct text bytes = make_bytes(TEN_MEGABYTES);
	struct child_request request = request_for(with_path);
	struct child_result result;
	struct error error;
	struct stat status = {.st_size = 0};

	close(mkstemp(path));
	memcpy(with_path, arguments, sizeof with_path);
	with_path[3] = path;
	request.input = bytes;
	check(child_run(&request, &result, &error));
	check(result.status == 0 && !result.input_incomplete);
	for (unsigned tries = 0; tries < 100 && status.st_size < TEN_MEGABYTES; tries++) {
		struct timespec moment = {.tv_nsec = 20000000};
		nanosleep(&moment, NULL);
		check(stat(path, &status) == 0);
	}
	check_number(status.st_size, TEN_MEGABYTES);
	unlink(path);
	free_bytes(bytes);
}

static void
the_child_has_three_descriptors(void)
{
	int leaked = open("/dev/null", O_RDONLY), high = fcntl(leaked, F_DUPFD, 200);
	struct run run = run_shell("ls /proc/$$/fd; true", TEXT("x"), 10);

	check_text(buffer_text(&run.output), TEXT("0\n1\n2\n"));
	buffer_clear(&run.output);
	close(leaked);
	close(high);
}

static void
closed_low_descriptors_do_not_mix_up(void)
{
	int kept_in = dup(0), kept_out = dup(1);
	const char *const arguments[] = {"tr", "a-z", "A-Z", NULL};
	struct child_request request = request_for(arguments);

	fcntl(kept_in, F_SETFD, FD_CLOEXEC);
	close(0);
	close(1);
	request.input = TEXT("swap");
	struct run run = run_request(request, 100);
	dup2(kept_in, 0);
	dup2(kept_out, 1);
	close(kept_in);
	close(kept_out);
	check_text(buffer_text(&run.output), TEXT("SWAP"));
	buffer_clear(&run.output);
}

static void
signals_are_as_at_birth(void)
{
	sigset_t blocked, before;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	struct run run = run_shell("exec cat /proc/self/status", TEXT(""), 10);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	static const char *const sets[] = {"SigBlk:\t", "SigIgn:\t", "SigCgt:\t"};
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct text status = buffer_text(&run.output);
		size_t at = text_find(status, 0, text_from_string(sets[i]));
		check(at < status.size);
		/* The signals 32 and 33 are the C library's own. */
		if (at < status.size)
			check(!(strtoull(status.data + at + 8, NULL, 16) & ~(3ULL << 31)));
	}
	buffer_clear(&run.output);
}

static void
sigpipe_never_ends_us(void)
{
	struct text bytes = make_bytes(TEN_MEGABYTES);
	sigset_t pending;

	signal(SIGPIPE, SIG_DFL);
	struct run run = run_shell("exec 0<&-; sleep 0.1", bytes, 10);
	check(run.started && run.result.status == 0);
	sigpending(&pending);
	check(!sigismember(&pending, SIGPIPE));
	buffer_clear(&run.output);
	free_bytes(bytes);
}

static void
without_a_pidfd_it_works_too(void)
{
	const char *const arguments[] = {"sh", "-c", "sleep 0.3; exit 5", NULL};
	struct child_request request = request_for(arguments);
	struct child_result result;
	struct error error;
	struct rlimit limit, before;

	/* Room for the two ends of the input's pipe, of which one is closed before the start. */
	int lowest = dup(0);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	request.input_descriptor = open("/dev/null", O_RDONLY);
	limit.rlim_cur = (rlim_t)lowest + 2;
	setrlimit(RLIMIT_NOFILE, &limit);
	int64_t start = clock_monotonic_milliseconds();
	bool started = child_run(&request, &result, &error);
	setrlimit(RLIMIT_NOFILE, &before);
	close(request.input_descriptor);
	check(!result.timed_out && clock_monotonic_milliseconds() - start < 3000);
	check(started && WIFEXITED(result.status) && WEXITSTATUS(result.status) == 5);
}

static void
no_descriptors_is_not_started(void)
{
	const char *const arguments[] = {"true", NULL};
	struct child_request request = request_for(arguments);
	struct child_result result;
	struct error error;
	struct rlimit limit, before;

	int lowest = dup(0);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)lowest + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	bool started = child_run(&request, &result, &error);
	setrlimit(RLIMIT_NOFILE, &before);
	check(!started);
	check_number(error.number, EMFILE);
}

static void
a_limit_ends_it_and_is_the_reason(void)
{
	int64_t outer = signals_begin_limit(1);
	struct run run = run_shell("sleep 60", TEXT(""), 30);

	signals_end_limit(outer);
	check(run.started && run.result.interrupted == SIGNALS_LIMIT && !run.result.timed_out);
	check(run.milliseconds >= 950 && run.milliseconds < 3000);
	buffer_clear(&run.output);
	/* The command's own time is shorter. */
	outer = signals_begin_limit(30);
	run = run_shell("sleep 60", TEXT(""), 1);
	signals_end_limit(outer);
	check(run.started && run.result.interrupted == 0 && run.result.timed_out);
	buffer_clear(&run.output);
	run = run_shell("exit 0", TEXT(""), 30);
	check(run.started && run.result.interrupted == 0);
	buffer_clear(&run.output);
}

/* Runs last: the request to stop stays. */
static void
a_request_to_stop_ends_it(void)
{
	signals_install(1000);
	pid_t sender = fork();
	if (sender == 0) {
		usleep(300000);
		_exit(kill(getppid(), SIGTERM) == 0 ? 0 : 1);
	}
	struct run run = run_shell("sleep 60", TEXT(""), 30);
	check(run.started && run.result.interrupted == SIGTERM && !run.result.timed_out);
	check(WIFSIGNALED(run.result.status));
	check(run.milliseconds >= 250 && run.milliseconds < 2000);
	buffer_clear(&run.output);
	waitpid(sender, NULL, 0);
	run = run_shell("exit 0", TEXT(""), 30);
	check(!run.started && run.error.kind == ERROR_AGAIN);
}

int
main(void)
{
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("arguments reach the program as they are", arguments_are_passed_as_they_are);
	test("the environment is the given one", environment_is_the_given_one);
	test("exit statuses are told", exit_statuses_are_told);
	test("the signal that ended it is told", signals_that_end_it_are_told);
	test("an ignored SIGCHLD loses no status", ignored_sigchld_loses_no_status);
	test("the time limit ends a grandchild that outlives its parent",
	    timeout_ends_the_whole_group);
	test("the time limit ends what ignores SIGTERM",
	    timeout_ends_what_ignores_the_polite_signal);
	test("what ends on SIGTERM is not waited for", a_polite_end_is_quick);
	test("ten megabytes go through cat both ways", ten_megabytes_go_both_ways);
	test("output before input does not deadlock", output_before_input_does_not_deadlock);
	test("a file is given read-only, from its start, with its own offset",
	    descriptors_are_given_as_they_are);
	test("a file that cannot be opened again is fed",
	    a_descriptor_that_cannot_be_reopened_is_fed);
	test("output has a bound", output_is_bounded);
	test("output can go to a file, also that of what is left in the background",
	    output_can_go_to_a_file);
	test("output to a file has a bound", output_to_a_file_has_a_bound);
	test("a file that cannot be written ends the command",
	    a_file_that_cannot_be_written_ends_it);
	test("the caller can do something each second", the_caller_is_called_each_second);
	test("a missing program cannot be started", programs_that_are_not_there_cannot_be_started);
	test("a file that may not be executed is passed over",
	    what_may_not_be_executed_is_passed_over);
	test("input that is closed early does no harm", input_closed_early_is_no_harm);
	test("a reader in the background gets everything", background_readers_get_everything);
	test("a reader in the background gets everything after the command's end",
	    background_readers_outlive_the_command);
	test("the child has the descriptors 0, 1 and 2 only", the_child_has_three_descriptors);
	test("closed standard descriptors are not mixed up", closed_low_descriptors_do_not_mix_up);
	test("signals are as at birth", signals_are_as_at_birth);
	test("a limit ends it, and is the reason", a_limit_ends_it_and_is_the_reason);
	test("SIGPIPE never ends the caller", sigpipe_never_ends_us);
	test("without a process descriptor its end is seen too", without_a_pidfd_it_works_too);
	test("without descriptors it is not started", no_descriptors_is_not_started);
	test("a request to stop ends it, and nothing new is started", a_request_to_stop_ends_it);
	return tests_end();
}
