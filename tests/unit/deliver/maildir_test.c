/*
 * Delivery into a Maildir, with each durable step made to fail.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "deliver/backend.h"
#include "deliver/destination.h"
#include "system/file.h"
#include "support/files.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-maildir-test.XXXXXX";
static const struct text message_text = {"Subject: x\n\nbody\n", 17};

static void
make_maildir(const char *path)
{
	static const char *const parts[] = {"", "/tmp", "/new", "/cur"};

	for (size_t i = 0; i < 4; i++)
		check(mkdir(arena_format(&arena, "%s%s", path, parts[i]).data, 0700) == 0);
}

/* The only entry of a directory, NULL when there is none; more than one fails the test. */
static const char *
only_entry(const char *path)
{
	DIR *entries = opendir(path);
	const struct dirent *entry;
	const char *found = NULL;

	if (entries == NULL)
		return NULL;
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		check(found == NULL);
		found = arena_copy_string(&arena, text_from_string(entry->d_name));
	}
	closedir(entries);
	return found;
}

static struct settings settings;
static struct delivery delivery;

static struct outcome
deliver_to(const char *path)
{
	const struct backend *backend;

	delivery.arena = &arena;
	delivery.settings = &settings;
	delivery.message = message_new(&arena, message_text);
	delivery.destination = text_from_string(path);
	return destination_deliver(&delivery, TEXT("/nowhere"), &backend);
}

static void
begin(void)
{
	settings = *settings_values(settings_new(&arena));
	settings.hostname = TEXT("ho/st:1");
	delivery = (struct delivery){.spool = NULL};
	files_remove_tree(&arena, "m");
}

static void
the_message_is_there_whole(void)
{
	struct error error;
	struct text bytes;
	struct stat status;

	begin();
	make_maildir("m");
	check(deliver_to("./m/").class == OUTCOME_DONE);
	const char *name = only_entry("m/new");
	check(name != NULL && only_entry("m/tmp") == NULL && only_entry("m/cur") == NULL);
	check(strstr(name, ".ho\\057st\\0721,S=17") != NULL);
	const char *path = arena_format(&arena, "m/new/%s", name).data;
	check(file_read(&arena, path, 1000, &bytes, &error));
	check_text(bytes, message_text);
	check(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
	check_text(delivery.final_place, arena_format(&arena, "./%s", path));
}

static void
the_umask_gives_the_mode(void)
{
	struct stat status;

	begin();
	make_maildir("m");
	settings.umask = 027;
	check(deliver_to("m").class == OUTCOME_DONE);
	check(stat(arena_format(&arena, "m/new/%s", only_entry("m/new")).data, &status) == 0);
	check_number(status.st_mode & 07777, 0640);
}

static void
flags_are_sorted_and_known(void)
{
	begin();
	make_maildir("m");
	delivery.flags = TEXT("SXFS/");
	check(deliver_to("m/").class == OUTCOME_DONE);
	const char *name = only_entry("m/cur");
	check(name != NULL && text_has_suffix(text_from_string(name), TEXT(",S=17:2,FS")));
	check(only_entry("m/new") == NULL);
}

static void
a_missing_maildir_is_later(void)
{
	begin();
	struct outcome outcome = deliver_to("m/");
	check(outcome.class == OUTCOME_LATER && strstr(outcome.reason, "create_folders") != NULL);
	check(access("m", F_OK) < 0);
	check(mkdir("m", 0700) == 0);
	outcome = deliver_to("m");
	check(outcome.class == OUTCOME_LATER && strstr(outcome.reason, "tmp, new and cur") != NULL);
}

static void
folders_are_created_on_request(void)
{
	begin();
	settings.create_folders = true;
	check(deliver_to("m/").class == OUTCOME_DONE);
	check(access("m/maildirfolder", F_OK) < 0);
	check(deliver_to("m/.Lists.x/").class == OUTCOME_DONE);
	check(access("m/.Lists.x/maildirfolder", F_OK) == 0);
	check(only_entry("m/.Lists.x/new") != NULL);
	check(deliver_to("m/no/such/parent/").class == OUTCOME_LATER);
	check(access("m/no", F_OK) < 0);
	/* A folder that a crash left half made is completed. */
	check(rmdir("m/.Lists.x/tmp") == 0);
	check(deliver_to("m/.Lists.x/").class == OUTCOME_DONE);
}

static void
over_quota_is_the_admins_choice(void)
{
	begin();
	make_maildir("m");
	delivery.quota = TEXT("10S");
	struct outcome outcome = deliver_to("m/");
	check(outcome.class == OUTCOME_LATER && outcome_exit_status(&outcome) == 75);
	settings.quota_exceeded = QUOTA_POLICY_NEVER;
	outcome = deliver_to("m/");
	char code[OUTCOME_CODE_SIZE];
	check(outcome.class == OUTCOME_NEVER);
	check_text(outcome_format_code(&outcome, code), TEXT("5.2.2"));
	check(only_entry("m/new") == NULL && only_entry("m/tmp") == NULL);
	delivery.flags = TEXT("T");
	check(deliver_to("m/").class == OUTCOME_DONE);
}

static void
a_full_mailbox_is_warned_of_once_a_day(void)
{
	struct error error;
	struct text bytes;
	const struct timeval yesterday[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

	begin();
	make_maildir("m");
	int descriptor = open("warning", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check(file_write(descriptor,
	    TEXT("From: postmaster\nSubject: nearly full\n\nPlease tidy.\n"), "", &error));
	close(descriptor);
	delivery.quota = TEXT("100S,100C");
	delivery.quota_warning = TEXT("warning");
	delivery.quota_warning_percent = 50;
	check(deliver_to("m/").class == OUTCOME_DONE);
	check(deliver_to("m/").class == OUTCOME_DONE);
	check(access("m/quotawarn", F_OK) < 0);
	files_remove_tree(&arena, "m/new");
	check(mkdir("m/new", 0700) == 0);
	check(deliver_to("m/").class == OUTCOME_DONE);
	check(access("m/quotawarn", F_OK) == 0);
	delivery.quota = TEXT("100000S");
	delivery.quota_warning_percent = 1;
	check(deliver_to("m/").class == OUTCOME_DONE);
	files_remove_tree(&arena, "m/new");
	check(mkdir("m/new", 0700) == 0 && utimes("m/quotawarn", yesterday) == 0);
	delivery.quota = TEXT("100000S,3C");
	unlink("m/maildirsize");
	delivery.flags = TEXT("S");
	check(deliver_to("m/").class == OUTCOME_DONE);
	const char *name = only_entry("m/new");
	check(name != NULL);
	check(file_read(&arena, arena_format(&arena, "m/new/%s", name).data, 1000, &bytes, &error));
	check(text_has_prefix(bytes, TEXT("Date: ")) &&
	      text_has_suffix(bytes, TEXT("\n\nPlease tidy.\n")));
	unlink("warning");
}

/* With a fault at the point: later, and nothing to be seen. */
static void
fault_at(const char *request)
{
	begin();
	make_maildir("m");
	setenv("CULVER_FAULT", request, 1);
	struct outcome outcome = deliver_to("m/");
	unsetenv("CULVER_FAULT");
	check(outcome.class == OUTCOME_LATER);
	check(only_entry("m/new") == NULL && only_entry("m/cur") == NULL &&
	      only_entry("m/tmp") == NULL);
	check(deliver_to("m/").class == OUTCOME_DONE);
	check(only_entry("m/new") != NULL);
}

static void
a_failed_step_leaves_nothing(void)
{
	fault_at("maildir-open=ENOSPC");
	fault_at("maildir-write=EDQUOT");
	fault_at("maildir-settle=EIO");
	fault_at("maildir-link=ENOSPC");
	fault_at("maildir-sync=EIO");
	fault_at("maildir-sync-directory=EIO");
}

static void
without_nameless_files_a_name_is_used(void)
{
	begin();
	make_maildir("m");
	setenv("CULVER_FAULT", "maildir-open=ENOTSUP", 1);
	struct outcome outcome = deliver_to("m/");
	unsetenv("CULVER_FAULT");
	check(outcome.class == OUTCOME_DONE);
	check(only_entry("m/new") != NULL && only_entry("m/tmp") == NULL);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL || chdir(directory) < 0)
		return EXIT_FAILURE;
	test("the message is there whole, under a name that maildir(5) allows",
	    the_message_is_there_whole);
	test("the umask gives the file its mode", the_umask_gives_the_mode);
	test("flags are sorted, each once, and only those that exist", flags_are_sorted_and_known);
	test("a missing Maildir is later, and says what to do", a_missing_maildir_is_later);
	test("folders are created on request, never a tree", folders_are_created_on_request);
	test("over quota is later or never, as the admin chooses", over_quota_is_the_admins_choice);
	test("a full mailbox is warned of once a day", a_full_mailbox_is_warned_of_once_a_day);
	test("a step that fails leaves nothing behind", a_failed_step_leaves_nothing);
	test("without nameless files a name in tmp is used", without_nameless_files_a_name_is_used);
	files_remove_tree(&arena, directory);
	arena_clear(&arena);
	return tests_end();
}
