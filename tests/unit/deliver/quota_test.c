/*
 * The Maildir++ quota, deliver/quota.h: the protocol's numbers, what is counted, when it is counted
 * again, files of other programs, and many at once.
 */
#include "deliver/quota.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system/signals.h"
#include "support/tap.h"
#include "system/child.h"

/* Each test works in a directory of its own, with the Maildir "m" in it. */
static struct arena arena;

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void
make_maildir(const char *path)
{
	static const char *const names[] = {"", "/tmp", "/new", "/cur"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check(mkdir(arena_format(&arena, "%s%s", path, names[i]).data, 0700) == 0);
}

static void
in_directory(void (*run)(void))
{
	char directory[] = "/tmp/culver-quota-XXXXXX", before[4096];

	check(getcwd(before, sizeof before) != NULL && mkdtemp(directory) != NULL);
	check(chdir(directory) == 0);
	arena_init(&arena, NULL, 0);
	make_maildir("m");
	run();
	arena_clear(&arena);
	check(chdir(before) == 0);
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void
write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	check(file != NULL);
	if (file == NULL)
		return;
	fputs(content, file);
	fclose(file);
}

static void
make_message(const char *path, size_t size)
{
	write_file(path, "");
	check(truncate(path, (off_t)size) == 0);
}

static struct text
read_size_file(void)
{
	char bytes[8192];
	FILE *file = fopen("m/maildirsize", "r");

	if (file == NULL)
		return TEXT("(none)");
	size_t size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return arena_copy_text(&arena, (struct text){bytes, size});
}

static void
make_old(const char *path, time_t seconds)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - seconds}};

	check(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static enum quota_answer
check_quota(const char *maildir, const char *quota, uint64_t size)
{
	struct quota_limits limits;
	struct error error = {.kind = ERROR_NONE};

	if (quota == NULL)
		return quota_check(&arena, maildir, NULL, size, &error);
	check(quota_parse(text_from_string(quota), &limits, &error));
	return quota_check(&arena, maildir, &limits, size, &error);
}

/* A delivery of `size` bytes as maildir.c does one. */
static enum quota_answer
deliver(const char *maildir, const char *quota, uint64_t size)
{
	static unsigned number;
	enum quota_answer answer = check_quota(maildir, quota, size);

	if (answer == QUOTA_FITS) {
		make_message(arena_format(&arena, "%s/new/%u.x.host,S=%llu", maildir, number++,
				 (unsigned long long)size)
				 .data,
		    size);
		quota_add(&arena, maildir, size);
	}
	return answer;
}

static void
quotas_are_parsed(void)
{
	static const struct {
		const char *source;
		bool parses;
		uint64_t bytes, messages;
	} cases[] = {
	    {"5000000S,1000C", true, 5000000, 1000},
	    {"1000C,5000000S", true, 5000000, 1000},
	    {"500S", true, 500, 0},
	    {"2C", true, 0, 2},
	    {"5KS", true, 5120, 0},
	    {"5MS, 7C", true, 5242880, 7},
	    {"2GS", true, 2147483648, 0},
	    {"500S,", true, 500, 0},
	    {"", false, 0, 0},
	    {"5000000", false, 0, 0},
	    {"S", false, 0, 0},
	    {"-5S", false, 0, 0},
	    {"5S,6S", false, 0, 0},
	    {"5X", false, 0, 0},
	    {"5 S", false, 0, 0},
	    {"99999999999999999999S", false, 0, 0},
	    {"5KC", false, 0, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text source = exact_copy(text_from_string(cases[i].source));
		struct quota_limits limits = {0};
		struct error error;
		check_number(quota_parse(source, &limits, &error), cases[i].parses);
		check_number((long long)limits.bytes, (long long)cases[i].bytes);
		check_number((long long)limits.messages, (long long)cases[i].messages);
		void *block;
		memcpy(&block, &source.data, sizeof block);
		free(block);
	}
}

static void
third_message_is_over(void)
{
	check(deliver("m", "500S,2C", 208) == QUOTA_FITS);
	check(deliver("m", "500S,2C", 208) == QUOTA_FITS);
	check(deliver("m", "500S,2C", 208) == QUOTA_OVER);
	check_text(read_size_file(), TEXT("500S,2C\n416 2        \n"));
	/* One line, just written: believed without a look. */
	make_message("m/new/unseen", 1);
	check(check_quota("m", "500S,2C", 208) == QUOTA_OVER);
	check_text(read_size_file(), TEXT("500S,2C\n416 2        \n"));
}

static void
sums_are_appended(void)
{
	write_file("m/maildirsize", "1000S\n100 1\n");
	check(deliver("m", NULL, 300) == QUOTA_FITS);
	check(deliver("m/", NULL, 1) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("1000S\n100 1\n300 1        \n1 1          \n"));
	check_number(quota_percent(&arena, "m", NULL), 40);
	struct quota_limits limits = {.bytes = 10000, .messages = 6};
	check_number(quota_percent(&arena, "m", &limits), 50);
}

static void
exact_limit_fits(void)
{
	write_file("m/maildirsize", "1000S,3C\n400 2\n");
	check(check_quota("m", NULL, 600) == QUOTA_FITS);
	write_file("m/maildirsize", "1000S,3C\n400 2\n");
	check(check_quota("m", NULL, 601) == QUOTA_OVER);
	write_file("m/maildirsize", "1000S,3C\n400 3\n");
	check(check_quota("m", NULL, 1) == QUOTA_OVER);
	write_file("m/maildirsize", "1000S\n400 2\n");
	check(check_quota("m", NULL, UINT64_MAX) == QUOTA_OVER);
}

static void
without_a_quota_everything_fits(void)
{
	check(check_quota("m", NULL, 1000000) == QUOTA_NONE);
	quota_add(&arena, "m", 5);
	check_text(read_size_file(), TEXT("(none)"));
	check(check_quota("m", "0S", 1000000) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("(none)"));
	check_number(quota_percent(&arena, "m", NULL), 0);
}

static void
make_many_messages(void)
{
	make_message("m/new/1.a.host,S=100", 7); /* the name counts, not the file */
	make_message("m/cur/2.a.host,S=200,W=210:2,S", 7);
	make_message("m/cur/3.a.host:2,FS", 1000);        /* no size in the name */
	make_message("m/cur/4.a.host,S=5000:2,ST", 5000); /* to be deleted */
	make_message("m/cur/5.a.host,S=x:2,", 10000);     /* not a size */
	make_message("m/new/.hidden", 100000);
	make_message("m/tmp/6.a.host,S=100000", 100000);
	make_maildir("m/.Work");
	make_message("m/.Work/maildirfolder", 0);
	make_message("m/.Work/new/7.a.host,S=20", 20);
	make_maildir("m/.Work.Sub");
	make_message("m/.Work.Sub/cur/8.a.host,S=3:2,RS", 3);
	make_maildir("m/.Trash");
	make_message("m/.Trash/cur/9.a.host,S=700000:2,S", 1);
	make_maildir("m/nodot");
	make_message("m/nodot/new/10.a.host,S=700000", 1);
	make_maildir("elsewhere");
	make_message("elsewhere/new/11.a.host,S=700000", 1);
	check(symlink("../elsewhere", "m/.Link") == 0);
	check(symlink("../elsewhere/new/11.a.host,S=700000", "m/new/12") == 0);
	make_message("m/.file", 5);
}

static void
right_messages_are_counted(void)
{
	make_many_messages();
	/* 100 + 200 + 1000 + 10000 + 20 + 3 */
	check(check_quota("m", "20000S", 1) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("20000S\n11323 6      \n"));
}

static void
folders_count_for_their_maildir(void)
{
	make_many_messages();
	check(deliver("m/.Work", "20000S", 50) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("20000S\n11323 6      \n50 1         \n"));
	check(access("m/.Work/maildirsize", F_OK) < 0);
	check(deliver("m/.Work/", NULL, 50000) == QUOTA_OVER);
	check_number(quota_percent(&arena, "m/.Work", NULL), 56);
}

static void
trash_does_not_count(void)
{
	check(!quota_is_counted(TEXT("m/.Trash"), TEXT("")));
	check(!quota_is_counted(TEXT("m/.Trash/"), TEXT("S")));
	check(!quota_is_counted(TEXT(".Trash"), TEXT("")));
	check(!quota_is_counted(TEXT("m/"), TEXT("ST")));
	check(quota_is_counted(TEXT("m/"), TEXT("RS")));
	check(quota_is_counted(TEXT("m/.Trash2"), TEXT("")));
	check(quota_is_counted(TEXT("m.Trash"), TEXT("")));
	check(quota_is_counted(TEXT(""), TEXT("")));
}

/* One message of 100 bytes is there; the given maildirsize must not be believed. */
static void
check_recount(const char *content, enum quota_answer wanted)
{
	write_file("m/maildirsize", content);
	check(check_quota("m", "1000S", 100) == wanted);
	check_text(read_size_file(), TEXT("1000S\n100 1        \n"));
}

static void
wrong_files_are_counted_again(void)
{
	static const char *const contents[] = {
	    "", "1000S", "1000S\n", "1000S\n\n", "1000S\n12", "1000S\n12 1", /* torn */
	    "1000S\n12 1\n5",                                                /* torn */
	    "1000S\nx 1\n",                                                  /* no number */
	    "1000S\n12 1 1\n",                                               /* too many */
	    "1000S\n12\n",                                                   /* too few */
	    "1000S\n12-1\n",                                                 /* not two */
	    "1000S\n-500 1\n",                                               /* less than nothing */
	    "1000S\n500 -1\n",                                               /* less than nothing */
	    "1000S\n99999999999999999999999 1\n",                            /* too large */
	    "1000S\n1152921504606846976 1\n1 1\n", /* too large together */
	    "999S\n12 1\n",                        /* another quota */
	    "1000S,5C\n12 1\n",                    /* another quota */
	    "who knows\n12 1\n",                   /* no quota */
	    "1000S\n950 1\n10 1\n",                /* over, more than one line */
	};

	make_message("m/new/1.a.host,S=100", 100);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
		check_recount(contents[i], QUOTA_FITS);
}

static void
long_files_are_counted_again(void)
{
	char content[5200] = "1000S\n";
	size_t size = strlen(content);

	make_message("m/new/1.a.host,S=100", 100);
	while (size < 5110)
		size += (size_t)snprintf(content + size, sizeof content - size, "0 0       \n");
	while (size < 5119)
		content[size++] = '\n';
	content[5118] = '\0';
	content[5117] = '\n';
	for (char *blank = strstr(content, "\n\n"); blank != NULL; blank = strstr(content, "\n\n"))
		*blank = ' ';
	write_file("m/maildirsize", content);
	check(strlen(content) == 5118);
	check(check_quota("m", "1000S", 1) == QUOTA_FITS);
	check_text(read_size_file(), text_from_string(content)); /* below 5120: believed */
	content[5117] = ' ';
	content[5118] = ' ';
	content[5119] = '\n';
	content[5120] = '\0';
	check_recount(content, QUOTA_FITS);
}

static void
old_over_is_counted_again(void)
{
	make_message("m/new/1.a.host,S=100", 100);
	write_file("m/maildirsize", "1000S\n950 1\n");
	make_old("m/maildirsize", 14 * 60);
	check(check_quota("m", "1000S", 100) == QUOTA_OVER);
	make_old("m/maildirsize", 16 * 60);
	check(check_quota("m", "1000S", 100) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("1000S\n100 1        \n"));
	/* A time in the future would be believed for ever. */
	write_file("m/maildirsize", "1000S\n950 1\n");
	make_old("m/maildirsize", -86400);
	check(check_quota("m", "1000S", 100) == QUOTA_FITS);
}

static void
quota_line_is_kept(void)
{
	make_message("m/new/1.a.host,S=100", 100);
	write_file("m/maildirsize", "3C,1000S\n100000 1\n1 1\n");
	check(check_quota("m", NULL, 100) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("3C,1000S\n100 1        \n"));
	check(check_quota("m", "1000S,3C", 100) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("3C,1000S\n100 1        \n"));
	write_file("m/maildirsize", "a quota of tomorrow\n100000 1\n");
	check(check_quota("m", NULL, 100) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("a quota of tomorrow\n100000 1\n"));
}

static void
padded_lines_of_others_are_understood(void)
{
	write_file("m/maildirsize", "1000S,0C\n   100  1     \n-50 -1       \n\t200 1\r\n");
	check(check_quota("m", NULL, 750) == QUOTA_FITS);
	check(check_quota("m", "1000S", 750) == QUOTA_FITS);
	check_number(quota_percent(&arena, "m", NULL), 25);
}

static void
missing_maildir_is_empty(void)
{
	check(check_quota("nowhere", "1000S", 100) == QUOTA_FITS);
	check(check_quota("nowhere", "1000S", 1001) == QUOTA_OVER);
	check(check_quota("nowhere", NULL, 100) == QUOTA_NONE);
	quota_add(&arena, "nowhere", 100);
	check(access("nowhere", F_OK) < 0);
	check(rmdir("m/tmp") == 0 && rmdir("m/new") == 0);
	make_message("m/cur/1.a.host,S=950", 950);
	check(check_quota("m", "1000S", 100) == QUOTA_OVER);
	check_text(read_size_file(), TEXT("(none)"));
}

static void
strange_files_are_later(void)
{
	struct quota_limits limits = {.bytes = 1000};
	struct error error = {.kind = ERROR_NONE};

	check(mkdir("m/maildirsize", 0700) == 0);
	check(quota_check(&arena, "m", &limits, 1, &error) == QUOTA_LATER);
	check(strstr(error.text, "m/maildirsize") != NULL);
	check(rmdir("m/maildirsize") == 0 && mkfifo("m/maildirsize", 0600) == 0);
	check(check_quota("m", NULL, 1) == QUOTA_LATER);
	quota_add(&arena, "m", 1);
	check(unlink("m/maildirsize") == 0);
	write_file("victim", "");
	check(symlink("../victim", "m/maildirsize") == 0);
	check(check_quota("m", NULL, 1) == QUOTA_LATER);
	quota_add(&arena, "m", 1);
	struct stat status;
	check(stat("victim", &status) == 0 && status.st_size == 0);
}

static void
nothing_stays_in_tmp(void)
{
	make_many_messages();
	check(unlink("m/tmp/6.a.host,S=100000") == 0);
	check(check_quota("m", "1000S", 1) == QUOTA_OVER);
	check(rmdir("m/tmp") == 0);
}

static void
wait_for_all(void)
{
	int status;

	while (wait(&status) > 0)
		check(status == 0);
}

static void
fifty_adders_lose_nothing(void)
{
	struct text bytes;

	write_file("m/maildirsize", "1000000S\n0 0\n");
	for (unsigned i = 1; i <= 50; i++) {
		if (fork() == 0) {
			quota_add(&arena, "m", i);
			_exit(0);
		}
	}
	wait_for_all();
	bytes = read_size_file();
	unsigned lines = 0;
	for (size_t i = 0; i < bytes.size; i++)
		lines += bytes.data[i] == '\n';
	check_number(lines, 52);
	/* 1 + ... + 50 bytes: only 50 messages and 1275 bytes leave exactly so much room. */
	check(check_quota("m", NULL, 1000000 - 1275) == QUOTA_FITS);
	write_file("m/maildirsize", bytes.data);
	struct quota_limits limits = {.bytes = 1275, .messages = 100};
	check_number(quota_percent(&arena, "m", &limits), 100);
}

static void
fifty_deliveries_at_once_stay_within_reason(void)
{
	for (unsigned i = 1; i <= 50; i++) {
		if (fork() == 0) {
			make_message(arena_format(&arena, "m/new/%u.b.host,S=10", i).data, 10);
			if (check_quota("m", "100000S", 10) != QUOTA_FITS)
				_exit(1);
			quota_add(&arena, "m", 10);
			_exit(0);
		}
	}
	wait_for_all();
	/* Whatever the races left: the next one that is counted again is right, and tmp is empty.
	 */
	unlink("m/maildirsize");
	check(check_quota("m", "100000S", 1) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("100000S\n500 50       \n"));
	check(rmdir("m/tmp") == 0);
}

/* Messages come and go in `new` as fast as one process can make them. */
static void
keep_changing(void)
{
	for (;;) {
		close(open("m/new/busy", O_CREAT | O_WRONLY, 0600));
		unlink("m/new/busy");
	}
}

static void
counts_of_changing_folders_are_thrown_away(void)
{
	bool was_thrown_away = false;
	pid_t changer;

	/* Without sizes in their names: the count takes longer than the clock of the times ticks.
	 */
	for (unsigned i = 0; i < 2000; i++)
		make_message(arena_format(&arena, "m/cur/%u.slow", i).data, 0);
	if ((changer = fork()) == 0)
		keep_changing();
	for (unsigned tries = 0; tries < 200 && !was_thrown_away; tries++) {
		unlink("m/maildirsize");
		check(check_quota("m", "1000S", 1) == QUOTA_FITS);
		was_thrown_away = access("m/maildirsize", F_OK) < 0;
	}
	kill(changer, SIGKILL);
	waitpid(changer, NULL, 0);
	check(was_thrown_away);
	unlink("m/new/busy");
	check(check_quota("m", "1000S", 1) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("1000S\n0 2000       \n"));
}

static void
unreadable_folders_are_later(void)
{
	make_maildir("m/.Closed");
	check(chmod("m/.Closed/cur", 0) == 0);
	if (fork() == 0) {
		struct quota_limits limits = {.bytes = 1000};
		struct error error = {.kind = ERROR_NONE};
		if (geteuid() == 0 &&
		    (chmod(".", 0755) < 0 || chmod("m", 0755) < 0 || chmod("m/.Closed", 0755) < 0 ||
			chmod("m/new", 0755) < 0 || chmod("m/cur", 0755) < 0 || setuid(65534) < 0))
			_exit(2);
		bool later = quota_check(&arena, "m", &limits, 1, &error) == QUOTA_LATER;
		_exit(later && error.number == EACCES ? 0 : 1);
	}
	wait_for_all();
}

static const char peer_path[] = "/usr/bin:/usr/sbin:/bin";

/* Runs a command of the maildrop package; some versions hang where a directory is missing. */
static int
run_peer(const char *const *arguments, struct text input)
{
	static const char *const environment[] = {NULL};
	struct child_result result;
	struct error error;
	struct buffer output;
	struct child_request request = {
	    .arguments = arguments,
	    .environment = environment,
	    .search_path = peer_path,
	    .input = input,
	    .input_descriptor = -1,
	    .output = &output,
	    .timeout = 10,
	};

	buffer_init(&output, 4096);
	bool ran = child_run(&request, &result, &error) && !result.timed_out;
	buffer_clear(&output);
	return ran && WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1;
}

static bool
peer_is_installed(void)
{
	return access("/usr/sbin/deliverquota", X_OK) == 0 ||
	       access("/usr/bin/deliverquota", X_OK) == 0;
}

static void
deliverquota_understands_us_and_we_it(void)
{
	static const char *const delivers[] = {"deliverquota", "m", NULL};
	/* 208 bytes, as in the numbers above. */
	static const char message[] = "From: a@b.example\n\n";
	char bytes[208];

	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, message, sizeof message - 1);
	struct text input = {bytes, sizeof bytes};
	check(deliver("m", "630S,5C", 208) == QUOTA_FITS);
	check_number(run_peer(delivers, input), 0);
	check_number(quota_percent(&arena, "m", NULL), 66);
	check(deliver("m", NULL, 208) == QUOTA_FITS);
	check_number(quota_percent(&arena, "m", NULL), 99);
	/* It counts again, and finds ours and its own; so do we. */
	check_number(run_peer(delivers, input), 77);
	check_number(quota_percent(&arena, "m", NULL), 99);
	check(check_quota("m", NULL, 6) == QUOTA_FITS);
	check(check_quota("m", NULL, 7) == QUOTA_OVER);
	check(unlink("m/maildirsize") == 0);
	check(check_quota("m", "630S,5C", 6) == QUOTA_FITS);
	check_text(read_size_file(), TEXT("630S,5C\n624 3        \n"));
	check_number(run_peer(delivers, input), 77);
}

#define QUOTA_TEST(name)                                                                           \
	static void run_##name(void)                                                               \
	{                                                                                          \
		in_directory(name);                                                                \
	}
QUOTA_TEST(third_message_is_over)
QUOTA_TEST(sums_are_appended)
QUOTA_TEST(exact_limit_fits)
QUOTA_TEST(without_a_quota_everything_fits)
QUOTA_TEST(right_messages_are_counted)
QUOTA_TEST(folders_count_for_their_maildir)
QUOTA_TEST(wrong_files_are_counted_again)
QUOTA_TEST(long_files_are_counted_again)
QUOTA_TEST(old_over_is_counted_again)
QUOTA_TEST(quota_line_is_kept)
QUOTA_TEST(padded_lines_of_others_are_understood)
QUOTA_TEST(missing_maildir_is_empty)
QUOTA_TEST(strange_files_are_later)
QUOTA_TEST(nothing_stays_in_tmp)
QUOTA_TEST(fifty_adders_lose_nothing)
QUOTA_TEST(fifty_deliveries_at_once_stay_within_reason)
QUOTA_TEST(counts_of_changing_folders_are_thrown_away)
QUOTA_TEST(unreadable_folders_are_later)
QUOTA_TEST(deliverquota_understands_us_and_we_it)

int
main(void)
{
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("quotas are read strictly", quotas_are_parsed);
	test(
	    "the third message of two is over, and counted on one line", run_third_message_is_over);
	test("deliveries are appended to maildirsize", run_sums_are_appended);
	test("the limit itself still fits", run_exact_limit_fits);
	test("without a quota everything fits and nothing is written",
	    run_without_a_quota_everything_fits);
	test("messages of all folders count, not Trash, flag T, tmp or links",
	    run_right_messages_are_counted);
	test("a folder's messages count for its Maildir", run_folders_count_for_their_maildir);
	test("deliveries to Trash or with flag T need no quota", trash_does_not_count);
	test("a maildirsize that is wrong is counted again", run_wrong_files_are_counted_again);
	test("a maildirsize of 5120 bytes is counted again", run_long_files_are_counted_again);
	test("over for more than 15 minutes is counted again", run_old_over_is_counted_again);
	test("the quota line of maildirsize is kept", run_quota_line_is_kept);
	test("padded and negative lines of other programs are understood",
	    run_padded_lines_of_others_are_understood);
	test("a Maildir that is not there is empty", run_missing_maildir_is_empty);
	test("a maildirsize that is no file of its own is later", run_strange_files_are_later);
	test("nothing stays in tmp", run_nothing_stays_in_tmp);
	test("fifty adders at once lose nothing", run_fifty_adders_lose_nothing);
	test("fifty deliveries at once leave a Maildir that counts right",
	    run_fifty_deliveries_at_once_stay_within_reason);
	test("a count is thrown away when folders change meanwhile",
	    run_counts_of_changing_folders_are_thrown_away);
	test("a folder that cannot be read is later", run_unreadable_folders_are_later);
	if (peer_is_installed())
		test("deliverquota and we understand each other",
		    run_deliverquota_understands_us_and_we_it);
	else
		test_skip("deliverquota and we understand each other", "maildrop is not installed");
	return tests_end();
}
