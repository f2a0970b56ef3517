/*
 * Keywords of a message in a Maildir as Dovecot and as Courier keep them, and the folders that rules
 * name: what is there afterwards, byte for byte.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "deliver/backend.h"
#include "deliver/destination.h"
#include "deliver/keywords.h"
#include "system/file.h"
#include "system/lock.h"
#include "system/signals.h"
#include "support/files.h"
#include "support/tap.h"

static struct arena arena;
static char directory[] = "/tmp/culver-keywords-test.XXXXXX";
static struct settings settings;
static struct delivery delivery;

static void
begin(void)
{
	static const char *const parts[] = {"m", "m/tmp", "m/new", "m/cur"};

	settings = *settings_values(settings_new(&arena));
	settings.lock_timeout = 0;
	delivery = (struct delivery){.spool = NULL};
	files_remove_tree(&arena, "m");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		check(mkdir(parts[i], 0700) == 0);
}

static void
write_bytes(const char *path, struct text bytes)
{
	struct error error;
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(descriptor >= 0 && file_write(descriptor, bytes, path, &error));
	close(descriptor);
}

static struct text
read_bytes(const char *path)
{
	struct error error;
	struct text bytes;

	return file_read(&arena, path, 100000, &bytes, &error) ? bytes : TEXT("(not there)");
}

static struct outcome
deliver_to(enum destination_form form, const char *destination, const char *keywords)
{
	const struct backend *backend;

	delivery.arena = &arena;
	delivery.settings = &settings;
	delivery.message = message_new(&arena, TEXT("A: b\n\nbody\n"));
	delivery.form = form;
	delivery.destination = text_from_string(destination);
	delivery.mailbox_root = TEXT("m");
	delivery.keywords = text_from_string(keywords);
	delivery.final_place = delivery.note = TEXT("");
	delivery.folder = NULL;
	return destination_deliver(&delivery, TEXT("/nowhere"), &backend);
}

static bool
ends_in(struct text whole, const char *end)
{
	return text_has_suffix(whole, text_from_string(end));
}

static void
dovecot_gets_letters(void)
{
	begin();
	delivery.flags = TEXT("SF");
	check(deliver_to(DESTINATION_WRITTEN, "m/", "Work,,  Urgent ,WORK").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/cur/")));
	check(ends_in(delivery.final_place, ",S=11:2,FSab"));
	check_text(read_bytes("m/dovecot-keywords"), TEXT("0 Work\n1 Urgent\n"));
	/* Known ones keep their letters, in their order; a new one gets the next. */
	delivery.flags = TEXT("");
	check(deliver_to(DESTINATION_WRITTEN, "m/", "new,urgent").class == OUTCOME_DONE);
	check(ends_in(delivery.final_place, ",S=11:2,bc"));
	check_text(read_bytes("m/dovecot-keywords"), TEXT("0 Work\n1 Urgent\n2 new\n"));
	check(access("m/dovecot-uidlist.lock", F_OK) < 0);
}

static void
an_index_that_is_there_is_kept(void)
{
	struct stat before, after;

	begin();
	write_bytes("m/dovecot-keywords", TEXT("1 One\nnonsense\n99 Far\n25 Last\n3 Three"));
	check(chmod("m/dovecot-keywords", 0640) == 0 && stat("m/dovecot-keywords", &before) == 0);
	check(deliver_to(DESTINATION_WRITTEN, "m/", "last,Zero,Two").class == OUTCOME_DONE);
	check(ends_in(delivery.final_place, ":2,acz"));
	check_text(
	    read_bytes("m/dovecot-keywords"), TEXT("0 Zero\n1 One\n2 Two\n3 Three\n25 Last\n"));
	check(stat("m/dovecot-keywords", &after) == 0);
	check_number(after.st_mode & 07777, 0640);
	/* Dovecot reads it again only when its time, in seconds, is another. */
	check(after.st_mtime > before.st_mtime);
}

static void
what_cannot_be_kept_is_left_out_and_said(void)
{
	static const char *const bad[] = {
	    "foo bar", "a*b", "100%", "(x)", "\\Seen", "a]", "a{", "a\"b", "\xc3\xa9", "a\x01"};
	struct outcome outcome;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin();
		outcome = deliver_to(
		    DESTINATION_WRITTEN, "m/", arena_format(&arena, "%s,good", bad[i]).data);
		check(outcome.class == OUTCOME_DONE && ends_in(delivery.final_place, ":2,a"));
		check(strstr(outcome.reason, "left out") != NULL);
		check_text(read_bytes("m/dovecot-keywords"), TEXT("0 good\n"));
	}
	begin();
	outcome = deliver_to(
	    DESTINATION_WRITTEN, "m/", "a23456789012345678901234567890123456789012345678901");
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "50 bytes") != NULL);
	check(text_has_prefix(delivery.final_place, TEXT("m/new/")));
}

static void
the_27th_keyword_is_left_out(void)
{
	struct buffer all;

	begin();
	buffer_init(&all, 1000);
	for (unsigned i = 0; i < 27; i++)
		buffer_append_format(&all, "k%02u,", i);
	buffer_append_byte(&all, '\0');
	struct outcome outcome = deliver_to(DESTINATION_WRITTEN, "m/", all.data);
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "\"k26\" left out") != NULL);
	check(strstr(outcome.reason, "k25") == NULL);
	check(ends_in(delivery.final_place, ":2,abcdefghijklmnopqrstuvwxyz"));
	/* Once full, the lock is not even tried. */
	write_bytes("m/dovecot-uidlist.lock", TEXT("1\n"));
	outcome = deliver_to(DESTINATION_WRITTEN, "m/", "k03,other");
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "26 others") != NULL);
	check(ends_in(delivery.final_place, ":2,d"));
	buffer_clear(&all);
}

static void
a_locked_index_costs_new_keywords_and_no_mail(void)
{
	struct error error;
	struct dot_lock lock;

	begin();
	write_bytes("m/dovecot-keywords", TEXT("0 old\n"));
	check(dot_lock_acquire(&arena, "m/dovecot-uidlist",
	    &(struct dot_lock_options){.stale_after = 100}, &lock, &error));
	struct outcome outcome = deliver_to(DESTINATION_WRITTEN, "m/", "new,old");
	dot_lock_release(&lock);
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "\"new\" left out") != NULL);
	check(ends_in(delivery.final_place, ":2,a"));
	check_text(read_bytes("m/dovecot-keywords"), TEXT("0 old\n"));
}

static void
ten_processes_lose_no_keyword(void)
{
	enum { PROCESSES = 10 };
	pid_t children[PROCESSES];
	struct keywords keywords;
	struct error error;

	begin();
	settings.lock_timeout = 30;
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			const char *names =
			    arena_format(&arena, "own%zu,shared,pair%zu", i, i / 2).data;
			bool done =
			    deliver_to(DESTINATION_WRITTEN, "m/", names).class == OUTCOME_DONE;
			_exit(done && strstr(delivery.final_place.data, ":2,") != NULL &&
				      strlen(strstr(delivery.final_place.data, ":2,")) == 6
				  ? 0
				  : 1);
		}
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;
		check(waitpid(children[i], &status, 0) == children[i] && status == 0);
	}
	/* 10 of their own, 5 of pairs, 1 of all: the first 16 letters, whoever came first. */
	struct keywords_request request = {&arena, &settings, "m",
	    TEXT("own0,own1,own2,own3,own4,own5,own6,own7,own8,own9,pair0,pair1,pair2,pair3,pair4,"
		 "shared")};
	check(keywords_prepare(&request, &keywords, &error));
	check_text(keywords.letters, TEXT("abcdefghijklmnop"));
	check_text(keywords.left_out, TEXT(""));
}

static void
courier_gets_a_file_beside_the_message(void)
{
	begin();
	check(mkdir("m/courierimapkeywords", 0700) == 0);
	check(deliver_to(DESTINATION_WRITTEN, "m/", "b,a b,a,B").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/new/")));
	struct text name = text_slice(delivery.final_place, 6, delivery.final_place.size);
	const char *path =
	    arena_format(&arena, "m/courierimapkeywords/%.*s", TEXT_ARGUMENTS(name)).data;
	check_text(read_bytes(path), TEXT("a\nb\n"));
	check(access("m/dovecot-keywords", F_OK) < 0);
	/* With flags the file is named without them. */
	delivery.flags = TEXT("S");
	check(deliver_to(DESTINATION_WRITTEN, "m/", "x").class == OUTCOME_DONE);
	check(ends_in(delivery.final_place, ":2,S"));
	name = text_slice(delivery.final_place, 6, delivery.final_place.size - 4);
	path = arena_format(&arena, "m/courierimapkeywords/%.*s", TEXT_ARGUMENTS(name)).data;
	check_text(read_bytes(path), TEXT("x\n"));
}

static void
the_admin_chooses_the_layout(void)
{
	begin();
	settings.keywords_layout = KEYWORDS_LAYOUT_COURIER;
	check(deliver_to(DESTINATION_WRITTEN, "m/", "a").class == OUTCOME_DONE);
	check(access("m/courierimapkeywords", F_OK) == 0);
	begin();
	check(mkdir("m/courierimapkeywords", 0700) == 0);
	settings.keywords_layout = KEYWORDS_LAYOUT_DOVECOT;
	check(deliver_to(DESTINATION_WRITTEN, "m/", "a").class == OUTCOME_DONE);
	check(ends_in(delivery.final_place, ":2,a"));
	begin();
	settings.keywords_layout = KEYWORDS_LAYOUT_OFF;
	check(deliver_to(DESTINATION_WRITTEN, "m/", "a").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/new/")));
	check(access("m/dovecot-keywords", F_OK) < 0);
}

static void
keywords_of_a_directory_that_cannot_be_written_are_left_out(void)
{
	begin();
	/* A directory in the place of the file: it can be neither read nor replaced. */
	check(mkdir("m/dovecot-keywords", 0700) == 0);
	struct outcome outcome = deliver_to(DESTINATION_WRITTEN, "m/", "a");
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "left out") != NULL);
	begin();
	write_bytes("m/courierimapkeywords", TEXT(""));
	outcome = deliver_to(DESTINATION_WRITTEN, "m/", "a");
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "left out") != NULL);
	check(text_has_prefix(delivery.final_place, TEXT("m/new/")));
}

static void
a_missing_folder_is_made_and_subscribed(void)
{
	begin();
	settings.mailbox_create = true;
	check(deliver_to(DESTINATION_MAILBOX, "Work/Entw\xc3\xbcrfe", "").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/.Work.Entw&APw-rfe/new/")));
	check_text(delivery.note, TEXT(""));
	check(access("m/.Work.Entw&APw-rfe/maildirfolder", F_OK) == 0);
	check(access("m/.Work", F_OK) < 0);
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nWork\tEntw&APw-rfe\n"));
	/* A second delivery changes nothing of it. */
	check(deliver_to(DESTINATION_MAILBOX, "Work/Entw\xc3\xbcrfe", "kw").class == OUTCOME_DONE);
	check(ends_in(delivery.final_place, ":2,a"));
	check_text(read_bytes("m/.Work.Entw&APw-rfe/dovecot-keywords"), TEXT("0 kw\n"));
	check(deliver_to(DESTINATION_MAILBOX, "inbox", "").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/new/")));
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nWork\tEntw&APw-rfe\n"));
	/* A folder that is there is used as it is. */
	check(unlink("m/subscriptions") == 0);
	check(deliver_to(DESTINATION_MAILBOX, "Work/Entw\xc3\xbcrfe", "").class == OUTCOME_DONE);
	check(access("m/subscriptions", F_OK) < 0);
}

static void
subscriptions_keep_what_is_there(void)
{
	begin();
	write_bytes("m/subscriptions", TEXT("V\t2\n\nold\nWork\tA\n"));
	check(deliver_to(DESTINATION_MAILBOX, "Work/A", "").class == OUTCOME_DONE);
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nold\nWork\tA\n"));
	check(deliver_to(DESTINATION_MAILBOX, "Work/B", "").class == OUTCOME_DONE);
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nold\nWork\tA\nWork\tB\n"));
	/* The older form, the last line left open. */
	begin();
	write_bytes("m/subscriptions", TEXT("old\nWork.A"));
	check(deliver_to(DESTINATION_MAILBOX, "Work/B", "").class == OUTCOME_DONE);
	check(deliver_to(DESTINATION_MAILBOX, "Work/A", "").class == OUTCOME_DONE);
	check_text(read_bytes("m/subscriptions"), TEXT("old\nWork.A\nWork.B\n"));
	/* Courier's. */
	begin();
	write_bytes("m/courierimapsubscribed", TEXT("INBOX.Sent\n"));
	check(deliver_to(DESTINATION_MAILBOX, "Work/B", "").class == OUTCOME_DONE);
	check_text(read_bytes("m/courierimapsubscribed"), TEXT("INBOX.Sent\nINBOX.Work.B\n"));
	check(access("m/subscriptions", F_OK) < 0);
	begin();
	settings.mailbox_subscribe = false;
	check(deliver_to(DESTINATION_MAILBOX, "Work/B", "").class == OUTCOME_DONE);
	check(access("m/subscriptions", F_OK) < 0);
}

static void
a_subscription_that_fails_keeps_no_mail_waiting(void)
{
	begin();
	check(mkdir("m/subscriptions", 0700) == 0);
	struct outcome outcome = deliver_to(DESTINATION_MAILBOX, "Work", "");
	check(outcome.class == OUTCOME_DONE && strstr(outcome.reason, "subscribed") != NULL);
}

static void
folders_of_the_file_system_layout_have_parents(void)
{
	begin();
	files_remove_tree(&arena, "m");
	settings.mailbox_layout = MAILBOX_LAYOUT_FS;
	check(deliver_to(DESTINATION_MAILBOX, "A/B/C", "").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/A/B/C/new/")));
	/* The root is the INBOX; a parent is a directory and no folder until mail comes. */
	check(access("m/new", F_OK) == 0 && access("m/A/B/new", F_OK) < 0);
	check(access("m/A/B/C/maildirfolder", F_OK) < 0);
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nA\tB\tC\n"));
	check(deliver_to(DESTINATION_MAILBOX, "A/B", "").class == OUTCOME_DONE);
	check(text_has_prefix(delivery.final_place, TEXT("m/A/B/new/")));
}

static void
folders_that_may_not_be_made_are_later(void)
{
	begin();
	settings.mailbox_create = false;
	settings.create_folders = true;
	struct outcome outcome = deliver_to(DESTINATION_MAILBOX, "Work", "");
	check(outcome.class == OUTCOME_LATER && strstr(outcome.reason, "mailbox_create") != NULL);
	check(access("m/.Work", F_OK) < 0);
	outcome = deliver_to(DESTINATION_MAILBOX, "../Work", "");
	check(outcome.class == OUTCOME_LATER && strstr(outcome.reason, "\"..\"") != NULL);
	/* A file is in the way. */
	settings.mailbox_create = true;
	write_bytes("m/.Work", TEXT("x"));
	check(deliver_to(DESTINATION_MAILBOX, "Work", "").class == OUTCOME_LATER);
	check_text(read_bytes("m/.Work"), TEXT("x"));
}

static void
a_half_made_folder_is_completed_with_its_subscription(void)
{
	begin();
	check(mkdir("m/.Work", 0700) == 0 && mkdir("m/.Work/tmp", 0700) == 0);
	check(deliver_to(DESTINATION_MAILBOX, "Work", "").class == OUTCOME_DONE);
	check_text(read_bytes("m/subscriptions"), TEXT("V\t2\n\nWork\n"));
	check(access("m/.Work/cur", F_OK) == 0 && access("m/.Work/maildirfolder", F_OK) == 0);
}

static void
folders_have_the_rights_of_the_root(void)
{
	struct stat status;

	begin();
	check(chmod("m", 0750) == 0);
	check(deliver_to(DESTINATION_MAILBOX, "Work", "kw").class == OUTCOME_DONE);
	check(stat("m/.Work/cur", &status) == 0);
	check_number(status.st_mode & 07777, 0750);
	check(stat("m/subscriptions", &status) == 0);
	check_number(status.st_mode & 07777, 0640);
	check(stat("m/.Work/dovecot-keywords", &status) == 0);
	check_number(status.st_mode & 07777, 0640);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	if (mkdtemp(directory) == NULL || chdir(directory) < 0)
		return EXIT_FAILURE;
	/* Made once and kept by the process: not a leak of the first test. */
	signals_descriptor();
	test("Dovecot gets letters and their names", dovecot_gets_letters);
	test("an index that is there is kept, its time grows", an_index_that_is_there_is_kept);
	test("what cannot be kept is left out and said", what_cannot_be_kept_is_left_out_and_said);
	test("the 27th keyword is left out", the_27th_keyword_is_left_out);
	test("a locked index costs new keywords and no mail",
	    a_locked_index_costs_new_keywords_and_no_mail);
	test("ten processes at once lose no keyword", ten_processes_lose_no_keyword);
	test("Courier gets a file beside the message", courier_gets_a_file_beside_the_message);
	test("the admin chooses the layout", the_admin_chooses_the_layout);
	test("keywords that cannot be written are left out, the mail is delivered",
	    keywords_of_a_directory_that_cannot_be_written_are_left_out);
	test("a missing folder is made and subscribed", a_missing_folder_is_made_and_subscribed);
	test("subscriptions keep what is there", subscriptions_keep_what_is_there);
	test("a subscription that fails keeps no mail waiting",
	    a_subscription_that_fails_keeps_no_mail_waiting);
	test("folders of the layout fs have parents",
	    folders_of_the_file_system_layout_have_parents);
	test("a folder that may not be made is later, and says what to do",
	    folders_that_may_not_be_made_are_later);
	test("a half-made folder is completed, with its subscription",
	    a_half_made_folder_is_completed_with_its_subscription);
	test(
	    "folders and indexes have the rights of the root", folders_have_the_rights_of_the_root);
	files_remove_tree(&arena, directory);
	arena_clear(&arena);
	return tests_end();
}
