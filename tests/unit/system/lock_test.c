/*
 * Mailbox locks: who gets them, who waits, and which old ones are removed.
 */
#include "system/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/tap.h"
#include "system/signals.h"

static const struct dot_lock_options one_try = {.timeout = 0, .retry = 10, .stale_after = 300};

static void
put_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	check(file != NULL);
	fputs(content, file);
	fclose(file);
}

static void
make_older(const char *path, time_t seconds)
{
	struct timespec times[2] = {
	    {.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};

	check(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static bool
exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* A process id that names no process. */
static pid_t
dead_process(void)
{
	pid_t process = fork();

	if (process == 0)
		_exit(0);
	waitpid(process, NULL, 0);
	return process;
}

static bool
acquire(const char *path, const struct dot_lock_options *options, struct dot_lock *lock,
    struct error *error)
{
	char block[1024];
	struct arena arena;
	static char kept[64];

	arena_init(&arena, block, sizeof block);
	bool held = dot_lock_acquire(&arena, path, options, lock, error);
	if (held) {
		snprintf(kept, sizeof kept, "%s", lock->path);
		lock->path = kept;
	}
	arena_clear(&arena);
	return held;
}

/* How many names the directory has. */
static unsigned
names_here(void)
{
	unsigned count = 0;
	DIR *directory = opendir(".");

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count - 2;
}

static void
a_dot_lock_comes_and_goes(void)
{
	struct dot_lock lock, second;
	struct error error;
	char content[32] = "", wanted[32];

	check(acquire("box", &one_try, &lock, &error));
	check(exists("box.lock"));
	FILE *file = fopen("box.lock", "r");
	check(file != NULL && fgets(content, sizeof content, file) != NULL);
	fclose(file);
	snprintf(wanted, sizeof wanted, "%ld\n", (long)getpid());
	check_text(text_from_string(content), text_from_string(wanted));
	check_number(names_here(), 1);

	check(!acquire("box", &one_try, &second, &error));
	check_number(error.number, EEXIST);
	check_number(error.kind, ERROR_AGAIN);
	check(second.path == NULL);
	dot_lock_release(&second);
	check(exists("box.lock"));

	dot_lock_release(&lock);
	check(!exists("box.lock"));
	dot_lock_release(&lock);
	check_number(names_here(), 0);
}

static void
the_lock_of_a_dead_process_is_removed(void)
{
	char content[32];
	struct dot_lock lock;
	struct error error;

	snprintf(content, sizeof content, "%ld\n", (long)dead_process());
	put_file("box.lock", content);
	check(acquire("box", &one_try, &lock, &error));
	dot_lock_release(&lock);
	check_number(names_here(), 0);
}

static void
the_lock_of_a_living_process_is_respected_at_any_age(void)
{
	struct dot_lock_options options = {.timeout = 0, .stale_after = 0};
	char content[32];
	struct dot_lock lock;
	struct error error;

	snprintf(content, sizeof content, "%ld\n", (long)getpid());
	put_file("box.lock", content);
	make_older("box.lock", 2);
	check(!acquire("box", &options, &lock, &error));
	check_number(error.number, EEXIST);
	check(unlink("box.lock") == 0);
}

static void
a_lock_older_than_the_process_it_names_is_removed(void)
{
	char content[32];
	struct dot_lock lock;
	struct error error;

	snprintf(content, sizeof content, "%ld\n", (long)getpid());
	put_file("box.lock", content);
	make_older("box.lock", 3600);
	check(acquire("box", &one_try, &lock, &error));
	dot_lock_release(&lock);
	check_number(names_here(), 0);
}

static void
a_lock_from_before_this_hosts_start_is_removed(void)
{
	struct dot_lock_options options = {.timeout = 0, .stale_after = 1000000000};
	struct timespec since_boot;
	struct dot_lock lock;
	struct error error;

	check(clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0);
	put_file("box.lock", "");
	make_older("box.lock", since_boot.tv_sec / 2);
	check(!acquire("box", &options, &lock, &error));
	make_older("box.lock", since_boot.tv_sec + 100);
	check(acquire("box", &options, &lock, &error));
	dot_lock_release(&lock);
	check_number(names_here(), 0);
}

static void
a_zombie_holds_no_lock(void)
{
	char content[32];
	struct dot_lock lock;
	struct error error;
	siginfo_t end;

	pid_t process = fork();
	if (process == 0)
		_exit(0);
	check(waitid(P_PID, (id_t)process, &end, WEXITED | WNOWAIT) == 0);
	snprintf(content, sizeof content, "%ld\n", (long)process);
	put_file("box.lock", content);
	check(acquire("box", &one_try, &lock, &error));
	dot_lock_release(&lock);
	waitpid(process, NULL, 0);
}

static void
a_lock_of_an_unknown_owner_is_removed_when_it_is_old(void)
{
	static const char *const contents[] = {
	    "", "0", "hello", "12345:another.host.example\n", "-5", "99999999999999999999"};
	struct dot_lock lock;
	struct error error;

	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		put_file("box.lock", contents[i]);
		check(!acquire("box", &one_try, &lock, &error));
		make_older("box.lock", 290);
		check(!acquire("box", &one_try, &lock, &error));
		check(exists("box.lock"));
		make_older("box.lock", 310);
		check(acquire("box", &one_try, &lock, &error));
		dot_lock_release(&lock);
	}
	check_number(names_here(), 0);
}

static void
this_hosts_name_behind_the_process_is_understood(void)
{
	char content[400], host[256] = "";
	struct dot_lock lock;
	struct error error;

	gethostname(host, sizeof host - 1);
	snprintf(content, sizeof content, "%ld:%s\n", (long)dead_process(), host);
	put_file("box.lock", content);
	check(acquire("box", &one_try, &lock, &error));
	dot_lock_release(&lock);
	snprintf(content, sizeof content, "%ld\n%s\n", (long)dead_process(), host);
	put_file("box.lock", content);
	check(acquire("box", &one_try, &lock, &error));
	dot_lock_release(&lock);
}

static void
what_is_not_a_lock_file_is_never_removed(void)
{
	struct dot_lock lock;
	struct error error;

	check(mkdir("box.lock", 0700) == 0);
	make_older("box.lock", 5000);
	check(!acquire("box", &one_try, &lock, &error));
	check_number(error.number, EEXIST);
	check(rmdir("box.lock") == 0);
	check(symlink("elsewhere", "box.lock") == 0);
	check(!acquire("box", &one_try, &lock, &error));
	check(unlink("box.lock") == 0);
	check(mkfifo("box.lock", 0600) == 0);
	make_older("box.lock", 5000);
	check(!acquire("box", &one_try, &lock, &error));
	check(unlink("box.lock") == 0);
}

static void
a_lock_that_somebody_replaced_is_not_released(void)
{
	struct dot_lock lock;
	struct error error;

	check(acquire("box", &one_try, &lock, &error));
	put_file("other", "1\n");
	check(rename("other", "box.lock") == 0);
	dot_lock_release(&lock);
	check(exists("box.lock"));
	check(unlink("box.lock") == 0);
}

static void
waiting_ends_with_the_time(void)
{
	struct dot_lock_options options = {.timeout = 1, .retry = 20, .stale_after = 300};
	struct dot_lock lock;
	struct error error;
	char content[32];

	snprintf(content, sizeof content, "%ld\n", (long)getppid());
	put_file("box.lock", content);
	int64_t start = clock_monotonic_milliseconds();
	check(!acquire("box", &options, &lock, &error));
	int64_t waited = clock_monotonic_milliseconds() - start;
	check(waited >= 1000 && waited < 5000);
	check(unlink("box.lock") == 0);
}

static void
a_directory_that_takes_no_file_says_so(void)
{
	struct dot_lock lock;
	struct error error = {.number = 0};

	check(!acquire("/proc/self/box", &one_try, &lock, &error));
	check(error.number == EACCES || error.number == ENOENT || error.number == EPERM);
	check(!acquire("nowhere/box", &one_try, &lock, &error));
	check_number(error.number, ENOENT);
	if (geteuid() != 0)
		return;
	/* Root may write everywhere: asked as somebody else. */
	check(mkdir("closed", 0755) == 0);
	pid_t process = fork();
	if (process == 0) {
		if (setresuid(65534, 65534, 65534) != 0)
			_exit(2);
		_exit(!acquire("closed/box", &one_try, &lock, &error) && error.number == EACCES
			  ? 0
			  : 1);
	}
	int status;
	check(waitpid(process, &status, 0) == process && status == 0);
	check(rmdir("closed") == 0);
}

static void
a_child_takes_the_lock_over(void)
{
	struct dot_lock lock;
	struct error error;
	char content[32] = "", wanted[32];

	check(acquire("box", &one_try, &lock, &error));
	pid_t process = fork();
	if (process == 0) {
		dot_lock_take_over(&lock);
		_exit(0);
	}
	waitpid(process, NULL, 0);
	FILE *file = fopen("box.lock", "r");
	check(file != NULL && fgets(content, sizeof content, file) != NULL);
	fclose(file);
	snprintf(wanted, sizeof wanted, "%ld\n", (long)process);
	check_text(text_from_string(content), text_from_string(wanted));
	dot_lock_release(&lock);
	check(!exists("box.lock"));
}

/* A child that holds a classic fcntl lock until the pipe closes. */
static pid_t
start_fcntl_holder(int descriptor_out[1])
{
	int ready[2], hold[2];
	char byte;

	check(pipe(ready) == 0 && pipe(hold) == 0);
	pid_t process = fork();
	if (process == 0) {
		struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int file = open("box", O_RDWR | O_CREAT, 0600);
		close(hold[1]);
		if (fcntl(file, F_SETLK, &whole) != 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(ready[1]);
	close(hold[0]);
	check(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	*descriptor_out = hold[1];
	return process;
}

static void
another_programs_fcntl_lock_is_seen(void)
{
	struct error error;
	int hold, descriptor;

	pid_t process = start_fcntl_holder(&hold);
	descriptor = open("box", O_RDWR);
	int64_t start = clock_monotonic_milliseconds();
	check(!lock_file(descriptor, "box", 1, &error));
	check(clock_monotonic_milliseconds() - start >= 1000);
	check_number(error.kind, ERROR_AGAIN);
	check_number(error.number, EAGAIN);
	check(strstr(error.text, "box") != NULL);
	close(hold);
	check(lock_file(descriptor, "box", 5, &error));
	int second = open("box", O_RDWR);
	check(!lock_file(second, "box", 0, &error));
	lock_file_release(descriptor);
	check(lock_file(second, "box", 0, &error));
	close(second);
	close(descriptor);
	waitpid(process, NULL, 0);
	check(unlink("box") == 0);
}

static void
a_request_to_stop_ends_the_wait(void)
{
	struct dot_lock_options options = {.timeout = 60, .retry = 50, .stale_after = 300};
	struct dot_lock lock;
	struct error error;
	int status, hold;
	char content[32];

	pid_t holder = start_fcntl_holder(&hold);
	snprintf(content, sizeof content, "%ld\n", (long)getppid());
	put_file("box.lock", content);
	for (int kind = 0; kind < 2; kind++) {
		pid_t process = fork();
		if (process == 0) {
			signals_install(1);
			bool got = kind == 0 ? lock_file(open("box", O_RDWR), "box", 60, &error)
					     : acquire("box", &options, &lock, &error);
			_exit(!got && error.number == EINTR && error.kind == ERROR_AGAIN ? 0 : 1);
		}
		int64_t start = clock_monotonic_milliseconds();
		check(waitpid(process, &status, 0) == process && status == 0);
		check(clock_monotonic_milliseconds() - start < 10000);
	}
	close(hold);
	waitpid(holder, NULL, 0);
	check(unlink("box.lock") == 0 && unlink("box") == 0);
}

/* Twenty processes add one to a number, each step under the dot-lock, some dying with the lock
 * held. */
static void
twenty_processes_take_turns(void)
{
	enum { PROCESSES = 20, ROUNDS = 10 };
	struct dot_lock_options options = {.timeout = 60, .retry = 3, .stale_after = 300};
	pid_t processes[PROCESSES];
	int status, number = 0, failed = 0;

	put_file("count", "0");
	for (int i = 0; i < PROCESSES; i++) {
		processes[i] = fork();
		if (processes[i] != 0)
			continue;
		for (int round = 0; round < ROUNDS; round++) {
			struct dot_lock lock;
			struct error error;
			FILE *file;
			if (!acquire("box", &options, &lock, &error))
				_exit(1);
			if ((file = fopen("count", "r")) == NULL ||
			    fscanf(file, "%d", &number) != 1)
				_exit(2);
			fclose(file);
			lock_pause(1);
			if ((file = fopen("count", "w")) == NULL ||
			    fprintf(file, "%d", number + 1) < 1)
				_exit(3);
			fclose(file);
			if (i % 4 == 0 && round == ROUNDS - 1)
				_exit(0); /* with the lock */
			dot_lock_release(&lock);
		}
		_exit(0);
	}
	for (int i = 0; i < PROCESSES; i++)
		failed += waitpid(processes[i], &status, 0) != processes[i] || status != 0;
	check_number(failed, 0);
	FILE *file = fopen("count", "r");
	check(file != NULL && fscanf(file, "%d", &number) == 1);
	fclose(file);
	check_number(number, PROCESSES * ROUNDS);
	unlink("box.lock");
	check(unlink("count") == 0);
	check_number(names_here(), 0);
}

static void
a_lock_of_any_name_can_be_taken_and_refreshed(void)
{
	struct dot_lock lock, other;
	struct arena arena;
	struct error error;
	struct stat status;

	arena_init(&arena, NULL, 0);
	check(dot_lock_acquire_named(&arena, "turn", &one_try, &lock, &error));
	check(exists("turn") && !exists("turn.lock"));
	check(!dot_lock_acquire_named(&arena, "turn", &one_try, &other, &error));
	check_number(error.number, EEXIST);
	make_older("turn", 1000);
	dot_lock_refresh(&lock);
	check(stat("turn", &status) == 0 && status.st_mtim.tv_sec > time(NULL) - 100);
	/* Another file in its place is not ours to touch. */
	check(rename("turn", "aside") == 0);
	put_file("turn", "");
	make_older("turn", 1000);
	dot_lock_refresh(&lock);
	check(stat("turn", &status) == 0 && status.st_mtim.tv_sec < time(NULL) - 100);
	dot_lock_release(&lock);
	check(exists("turn") && unlink("turn") == 0 && unlink("aside") == 0);
	arena_clear(&arena);
}

int
main(void)
{
	char directory[] = "/tmp/culver-lock.XXXXXX";

	if (mkdtemp(directory) == NULL || chdir(directory) != 0)
		return 99;
	chmod(directory, 0755);
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("a dot-lock is made with the process's id and removed", a_dot_lock_comes_and_goes);
	test("the lock of a dead process is removed", the_lock_of_a_dead_process_is_removed);
	test("the lock of a living process is respected at any age",
	    the_lock_of_a_living_process_is_respected_at_any_age);
	test("a lock older than the process that it names is removed",
	    a_lock_older_than_the_process_it_names_is_removed);
	test("a lock from before this host's start is removed",
	    a_lock_from_before_this_hosts_start_is_removed);
	test("a zombie holds no lock", a_zombie_holds_no_lock);
	test("a lock of an unknown owner is removed when it is old",
	    a_lock_of_an_unknown_owner_is_removed_when_it_is_old);
	test("this host's name behind the process id is understood",
	    this_hosts_name_behind_the_process_is_understood);
	test("what is not a lock file is never removed", what_is_not_a_lock_file_is_never_removed);
	test("a lock that somebody replaced is not released",
	    a_lock_that_somebody_replaced_is_not_released);
	test("waiting ends with the time", waiting_ends_with_the_time);
	test("a directory that takes no file says so", a_directory_that_takes_no_file_says_so);
	test("a lock file of any name can be taken, and refreshed",
	    a_lock_of_any_name_can_be_taken_and_refreshed);
	test("a child takes the lock over", a_child_takes_the_lock_over);
	test("another program's fcntl lock is seen", another_programs_fcntl_lock_is_seen);
	test("a request to stop ends the wait", a_request_to_stop_ends_the_wait);
	test("twenty processes take turns, though some die with the lock",
	    twenty_processes_take_turns);
	if (chdir("/") != 0 || rmdir(directory) != 0)
		return 99;
	return tests_end();
}
