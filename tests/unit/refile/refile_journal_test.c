/*
 * The journal of moves: what is in it after which end of a run.
 */
#include "refile/refile_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/tap.h"
#include "system/file.h"
#include "system/lock.h"

static struct arena arena;
static char home[] = "/tmp/culver-journal.XXXXXX";

static const struct refile_entry entry = {
    TEXT("1.a.h"), TEXT("-"), TEXT("maildir"), TEXT("2.b.h"), TEXT("-"), TEXT("/nowhere/M")};

static void
open_it(struct refile_journal *journal)
{
	struct error error = {.text = ""};

	check(refile_journal_open(&arena, home, "/f/Maildir", journal, &error));
	check_text(text_from_string(error.text), TEXT(""));
}

static void
write_mbox(const char *path, const char *bytes)
{
	struct error error;
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(file_write(descriptor, text_from_string(bytes), path, &error));
	close(descriptor);
}

static bool
has_happened(const struct refile_entry *moved)
{
	struct settings settings;
	struct error error;
	bool is_there = false;

	settings = *settings_values(settings_new(&arena));
	check(refile_journal_find_target(&arena, &settings, moved, &is_there, &error));
	return is_there;
}

static void
a_fresh_journal_is_empty(void)
{
	struct refile_journal journal;

	check(!refile_journal_is_pending(&arena, home, "/f/Maildir"));
	open_it(&journal);
	check(journal.count == 0);
	refile_journal_close(&journal);
}

static void
entries_survive(void)
{
	struct refile_journal journal;
	struct error error;

	open_it(&journal);
	check(refile_journal_note(&journal, &entry, &error));
	check(refile_journal_note(&journal, &entry, &error));
	check(refile_journal_undo(&journal, &error));
	refile_journal_close(&journal);
	check(refile_journal_is_pending(&arena, home, "/f/Maildir"));
	check(!refile_journal_is_pending(&arena, home, "/f/Other"));
	open_it(&journal);
	check(journal.count == 1);
	check_text(journal.entries[0].source, entry.source);
	check_text(journal.entries[0].mark, entry.mark);
	check_text(journal.entries[0].path, entry.path);
	check(!has_happened(&journal.entries[0]));
	refile_journal_close(&journal);
}

static void
copies_outlive_the_moves(void)
{
	struct refile_entry copy = entry;
	struct refile_journal journal;
	struct settings settings;
	struct error error;

	settings = *settings_values(settings_new(&arena));
	copy.source = TEXT("+1.a.h");
	open_it(&journal);
	check(refile_journal_clear(&journal, &error));
	check(refile_journal_note(&journal, &entry, &error));
	check(refile_journal_note(&journal, &copy, &error));
	check(refile_journal_note(&journal, &entry, &error));
	check(refile_journal_end_moves(&journal, &error));
	refile_journal_close(&journal);
	open_it(&journal);
	check(journal.count == 1);
	check_text(journal.entries[0].source, copy.source);
	/* It took place, wherever the message is by now. */
	check(refile_journal_resume(&journal, &settings, &error));
	check(journal.count == 1);
	check(refile_journal_note(&journal, &entry, &error));
	refile_journal_close(&journal);
	open_it(&journal);
	check(journal.count == 2);
	check(refile_journal_resume(&journal, &settings, &error));
	check(journal.count == 1);
	check(refile_journal_clear(&journal, &error));
	check(refile_journal_end_moves(&journal, &error));
	refile_journal_close(&journal);
	check(!refile_journal_is_pending(&arena, home, "/f/Maildir"));
}

static void
a_mailbox_that_is_locked_is_not_guessed_about(void)
{
	const char *path = arena_format(&arena, "%s/locked", home).data;
	const char *lock = arena_format(&arena, "%s.lock", path).data;
	struct refile_entry moved = entry;
	struct settings settings;
	struct error error;
	bool is_there;

	settings = *settings_values(settings_new(&arena));
	settings.lock_timeout = 1;
	moved.kind = TEXT("mbox");
	moved.path = text_from_string(path);
	write_mbox(path, "From x Fri Mar  1 12:00:00 2024\nA: b\n\nx\n\n");
	write_mbox(lock, "1\n");
	check(!refile_journal_find_target(&arena, &settings, &moved, &is_there, &error));
	unlink(lock);
	unlink(path);
}

static void
two_runs_exclude_each_other(void)
{
	struct refile_journal journal, second;
	struct error error;

	open_it(&journal);
	check(!refile_journal_open(&arena, home, "/f/Maildir", &second, &error));
	check(error.number == EAGAIN);
	check(refile_journal_open(&arena, home, "/f/Other", &second, &error));
	refile_journal_close(&second);
	refile_journal_close(&journal);
}

static void
append(const char *bytes)
{
	struct refile_journal journal;
	struct error error;

	open_it(&journal);
	check(file_write(journal.descriptor, text_from_string(bytes), "journal", &error));
	refile_journal_close(&journal);
}

static void
a_torn_line_had_not_begun(void)
{
	struct refile_journal journal;
	struct error error;

	append("move\t1.a.h\t-\tmaild");
	open_it(&journal);
	check(journal.count == 1);
	check(refile_journal_note(&journal, &entry, &error));
	refile_journal_close(&journal);
	open_it(&journal);
	check(journal.count == 2);
	refile_journal_close(&journal);
}

static void
names_that_cannot_be_noted_are_refused(void)
{
	struct refile_journal journal;
	struct refile_entry odd = entry;
	struct error error;

	open_it(&journal);
	odd.path = TEXT("/a\tb");
	check(!refile_journal_note(&journal, &odd, &error));
	odd.path = TEXT("/a\nb");
	check(!refile_journal_note(&journal, &odd, &error));
	refile_journal_close(&journal);
}

static void
a_cleared_journal_is_empty(void)
{
	struct refile_journal journal;
	struct error error;

	open_it(&journal);
	check(refile_journal_clear(&journal, &error));
	refile_journal_close(&journal);
	check(!refile_journal_is_pending(&arena, home, "/f/Maildir"));
}

static void
foreign_lines_are_not_guessed(void)
{
	struct refile_journal journal;
	struct error error;

	append("rm -rf\n");
	check(!refile_journal_open(&arena, home, "/f/Maildir", &journal, &error));
	check(error.kind == ERROR_INPUT);
}

/* The digest of "A: b\n\nx\n\n", made with sha256sum. */
static void
a_delivery_to_an_mbox_is_recognised(void)
{
	const char *path = arena_format(&arena, "%s/mbox", home).data;
	struct refile_entry moved = {TEXT("0"), TEXT("-"), TEXT("mbox"), TEXT("0"),
	    TEXT("1788205cc196889f8d1996ca993413ad6eb4d46cd75488165f8abb48a63070a8"),
	    text_from_string(path)};

	check(!has_happened(&moved));
	write_mbox(path, "From x Fri Mar  1 12:00:00 2024\nA: b\n\nx\n\n");
	check(has_happened(&moved));
	moved.mark = TEXT("41");
	check(!has_happened(&moved));
	write_mbox(path, "From x Fri Mar  1 12:00:00 2024\nC: d\n\nFrom x Fri Mar  1 12:00:00 "
			 "2024\nA: b\n\nx\n\n");
	check(has_happened(&moved));
	moved.mark = TEXT("9999");
	check(has_happened(&moved));
	unlink(path);
}

static void
remove_all(void)
{
	static const char *const folders[] = {"/f/Maildir", "/f/Other"};
	struct refile_journal journal = {.descriptor = -1};
	struct error error;

	for (size_t i = 0; i < 2; i++) {
		refile_journal_open(&arena, home, folders[i], &journal, &error);
		refile_journal_close(&journal);
		unlink(arena_format(&arena, "%s.journal", journal.stem).data);
	}
	rmdir(journal.directory);
	rmdir(arena_format(&arena, "%s/.culver", home).data);
	rmdir(home);
}

int
main(void)
{
	if (mkdtemp(home) == NULL)
		return 99;
	lock_pause(0); /* opens what stays open */
	test("a fresh journal is empty", a_fresh_journal_is_empty);
	test("entries survive, what was undone does not", entries_survive);
	test("a mailbox that is locked is not guessed about",
	    a_mailbox_that_is_locked_is_not_guessed_about);
	test("two runs exclude each other, of one folder only", two_runs_exclude_each_other);
	test("a torn line stands for what had not begun", a_torn_line_had_not_begun);
	test("names that cannot be noted are refused", names_that_cannot_be_noted_are_refused);
	test("a cleared journal is empty", a_cleared_journal_is_empty);
	test("copies are remembered when the moves have ended", copies_outlive_the_moves);
	test("foreign lines are not guessed at", foreign_lines_are_not_guessed);
	test("a delivery to an mbox is recognised behind its old end",
	    a_delivery_to_an_mbox_is_recognised);
	remove_all();
	arena_clear(&arena);
	return tests_end();
}
