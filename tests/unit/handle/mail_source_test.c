/*
 * Messages from files, mboxes, Maildirs, pipes: what they are taken for, and what goes wrong with them.
 */
#include "handle/mail_source.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/files.h"
#include "support/tap.h"
#include "system/signals.h"

#define LINE "From a@b Fri Mar  1 12:00:00 2024\n"

static struct arena arena;

static void
put(const char *path, const char *bytes)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(file >= 0 && write(file, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	close(file);
}

static struct mail_source *
open_kind(const char *const *paths, size_t count, enum mail_source_kind kind)
{
	struct mail_source_options options = {.kind = kind, .from_rule = FROM_DATED};

	arena_init(&arena, NULL, 0);
	return mail_source_open(&arena, paths, count, &options);
}

static void
end(struct mail_source *source)
{
	struct mail_item item;
	struct error error;

	check(!mail_source_next(source, &item, &error));
	check_text(text_from_string(error.text), TEXT(""));
	mail_source_close(source);
	arena_clear(&arena);
}

static struct mail_item
take(struct mail_source *source, const char *place, const char *bytes)
{
	struct mail_item item;
	struct error error;

	check(mail_source_next(source, &item, &error));
	check_text(item.place, text_from_string(place));
	check_text(item.bytes, text_from_string(bytes));
	return item;
}

static void
one_file(void)
{
	static const char *const paths[] = {"a"};
	uint64_t done, all;

	put("a", "A: b\n\n>From x\n");
	struct mail_source *source = open_kind(paths, 1, MAIL_SOURCE_AUTOMATIC);
	struct mail_item item = take(source, "a", "A: b\n\n>From x\n");
	check(item.kind == MAIL_SOURCE_MESSAGE && item.number == 1 && item.from_line.size == 0);
	check(item.path != NULL && strcmp(item.path, "a") == 0);
	mail_source_progress(source, &done, &all);
	check_number(done, 14);
	check_number(all, 14);
	end(source);
}

static void
an_mbox(void)
{
	static const char *const paths[] = {"box", "a"};

	put("a", "C: d\n");
	put("box", LINE "A: b\n\n>From x\n>>From y\nz >From\n\n" LINE "A: c\n\nlast");
	struct mail_source *source = open_kind(paths, 2, MAIL_SOURCE_AUTOMATIC);
	struct mail_item item = take(source, "box:1", "A: b\n\nFrom x\n>From y\nz >From\n");
	check_text(item.from_line, TEXT(LINE));
	check(item.kind == MAIL_SOURCE_MBOX && item.offset == 0 && item.size == 66);
	item = take(source, "box:2", "A: c\n\nlast");
	check(item.number == 2 && item.offset == 66);
	item = take(source, "a", "C: d\n");
	check(item.number == 1);
	end(source);
}

static void
an_mbox_as_it_stands(void)
{
	static const char *const paths[] = {"box"};
	struct mail_source_options options = {.from_rule = FROM_DATED, .keeps_quoting = true};

	arena_init(&arena, NULL, 0);
	put("box", LINE "A: b\n\n>From x\n\n");
	struct mail_source *source = mail_source_open(&arena, paths, 1, &options);
	take(source, "box:1", "A: b\n\n>From x\n");
	end(source);
	source = open_kind(paths, 1, MAIL_SOURCE_MESSAGE);
	struct mail_item item = take(source, "box", LINE "A: b\n\n>From x\n\n");
	check(item.from_line.size == 0);
	end(source);
}

static void
nothing_at_all(void)
{
	static const char *const paths[] = {"empty", "/dev/null"};

	put("empty", "");
	end(open_kind(paths, 2, MAIL_SOURCE_AUTOMATIC));
	struct mail_source *source = open_kind(paths, 1, MAIL_SOURCE_MESSAGE);
	take(source, "empty", "");
	end(source);
}

/* A message that is too large to be unquoted in memory. */
static void
a_large_quoted_message(void)
{
	static const char *const paths[] = {"large"};
	enum { LINES = 100000 };
	FILE *file = fopen("large", "w");
	struct mail_item item;
	struct error error;

	fputs(LINE "A: b\n\n", file);
	for (int i = 0; i < LINES; i++)
		fputs(i % 2 == 0 ? ">From x\n" : "plain\n", file);
	fputs("\n" LINE "C: d\n", file);
	fclose(file);
	struct mail_source *source = open_kind(paths, 1, MAIL_SOURCE_AUTOMATIC);
	check(mail_source_next(source, &item, &error));
	check_number(item.bytes.size, 6 + LINES / 2 * (7 + 6));
	check(text_has_prefix(item.bytes, TEXT("A: b\n\nFrom x\nplain\nFrom x\n")));
	check(text_has_suffix(item.bytes, TEXT("From x\nplain\n")));
	take(source, "large:2", "C: d\n");
	end(source);
}

static void
a_maildir(void)
{
	static const char *const paths[] = {"Maildir"};
	struct mail_item item;
	struct error error;

	mkdir("Maildir", 0700);
	mkdir("Maildir/new", 0700);
	mkdir("Maildir/cur", 0700);
	put("Maildir/cur/1.a:2,S", "A: 1\n");
	put("Maildir/new/2.a", "A: 2\n");
	put("Maildir/cur/3.a:2,", "A: 3\n");
	put("Maildir/cur/4.a:2,FRS", LINE "A: 4\n");
	put("Maildir/cur/5.a:2,", "A: 5\n");
	put("Maildir/cur/.hidden", "A: 0\n");
	struct mail_source *source = open_kind(paths, 1, MAIL_SOURCE_AUTOMATIC);
	item = take(source, "Maildir/cur/1.a:2,S", "A: 1\n");
	check_text(item.flags, TEXT("S"));
	check(!item.is_new && item.kind == MAIL_SOURCE_MAILDIR);
	/* A reader moves one, flags another, deletes a third. */
	check(rename("Maildir/new/2.a", "Maildir/cur/2.a:2,T") == 0);
	check(rename("Maildir/cur/4.a:2,FRS", "Maildir/cur/4.a:2,F") == 0);
	check(unlink("Maildir/cur/3.a:2,") == 0);
	item = take(source, "Maildir/cur/2.a:2,T", "A: 2\n");
	check_text(item.flags, TEXT("T"));
	item = take(source, "Maildir/cur/4.a:2,F", LINE "A: 4\n");
	check(item.from_line.size == 0 && item.number == 4);
	check(rename("Maildir/cur/5.a:2,", "Maildir/cur/5.a:2,S") == 0);
	take(source, "Maildir/cur/5.a:2,S", "A: 5\n");
	check(!mail_source_next(source, &item, &error) && error.text[0] == '\0');
	mail_source_close(source);
	arena_clear(&arena);
	arena_init(&arena, NULL, 0);
	files_remove_tree(&arena, "Maildir");
	arena_clear(&arena);
}

static void
broken_sources(void)
{
	static const char *const paths[] = {"missing", "folder", "a", "closed"};
	struct mail_item item;
	struct error error;

	mkdir("folder", 0700);
	put("a", "A: b\n");
	struct mail_source *source = open_kind(paths, 4, MAIL_SOURCE_AUTOMATIC);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "missing: No such file") != NULL);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "folder is a directory, but not a Maildir") != NULL);
	take(source, "a", "A: b\n");
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "closed") != NULL);
	end(source);
	source = open_kind(paths + 1, 2, MAIL_SOURCE_MBOX);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "folder is a directory: give the file") != NULL);
	mail_source_close(source);
	arena_clear(&arena);
	source = open_kind(paths + 2, 1, MAIL_SOURCE_MAILDIR);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "a is not a Maildir") != NULL);
	end(source);
	rmdir("folder");
}

static void
a_file_that_is_cut(void)
{
	static const char *const paths[] = {"cut", "a"};
	enum { LINES = 10000 };
	FILE *file = fopen("cut", "w");
	struct mail_item item;
	struct error error;
	size_t zeros = 0;

	put("a", "A: b\n");
	fputs(LINE "A: b\n\n", file);
	for (int i = 0; i < LINES; i++)
		fputs("line of text\n", file);
	fclose(file);
	struct mail_source *source = open_kind(paths, 2, MAIL_SOURCE_AUTOMATIC);
	check(mail_source_next(source, &item, &error));
	check(mail_source_is_whole(source));
	check(truncate("cut", 8192) == 0);
	for (size_t i = 0; i < item.bytes.size; i++)
		zeros += item.bytes.data[i] == '\0';
	check_number(zeros, item.bytes.size - (8192 - (sizeof LINE - 1)));
	check(!mail_source_is_whole(source));
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "cut: it became shorter") != NULL);
	take(source, "a", "A: b\n");
	end(source);
}

/* Runs `feed` in a child, what it writes is our standard input. */
static int
feed_input(void (*feed)(FILE *), pid_t *child_out)
{
	int ends[2], kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);

	check(pipe(ends) == 0);
	fflush(stdout);
	*child_out = fork();
	if (*child_out == 0) {
		close(ends[0]);
		FILE *out = fdopen(ends[1], "w");
		feed(out);
		fclose(out);
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return kept;
}

static void
end_input(int kept, pid_t child)
{
	dup2(kept, STDIN_FILENO);
	close(kept);
	waitpid(child, NULL, 0);
}

static void
feed_small_mbox(FILE *out)
{
	fputs(LINE "A: b\n\nx\n\n" LINE "C: d\n", out);
}

enum { FED_MESSAGES = 2000, FED_LINES = 1000 };

static void
feed_large_mbox(FILE *out)
{
	for (int i = 0; i < FED_MESSAGES; i++) {
		fprintf(out, LINE "Number: %d\n\n", i);
		for (int j = 0; j < FED_LINES; j++)
			fputs("a line of text that is neither long nor short\n", out);
		fputs("\n", out);
	}
}

static void
an_mbox_from_a_pipe(void)
{
	pid_t child;
	int kept = feed_input(feed_small_mbox, &child);

	struct mail_source *source = open_kind(NULL, 0, MAIL_SOURCE_AUTOMATIC);
	struct mail_item item = take(source, "-:1", "A: b\n\nx\n");
	check(item.path == NULL);
	take(source, "-:2", "C: d\n");
	end(source);
	end_input(kept, child);
}

static long
private_kilobytes(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	long private = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "Anonymous:", 10) == 0)
	private = strtol(line + 10, NULL, 10);
	if (file != NULL)
		fclose(file);
	return private;
}

/* 92 MB through a pipe. */
static void
a_large_mbox_from_a_pipe(void)
{
	pid_t child;
	int kept = feed_input(feed_large_mbox, &child);
	struct mail_item item;
	struct error error;
	unsigned count = 0;
	uint64_t bytes = 0;

	long before = private_kilobytes();
	struct mail_source *source = open_kind(NULL, 0, MAIL_SOURCE_AUTOMATIC);
	while (mail_source_next(source, &item, &error)) {
		count++;
		bytes += item.size;
	}
	check_text(text_from_string(error.text), TEXT(""));
	check_number(count, FED_MESSAGES);
	check(bytes > 90000000);
	check(private_kilobytes() - before < 1024);
	end(source);
	end_input(kept, child);
}

static void
more_than_allowed(void)
{
	pid_t child;
	int kept = feed_input(feed_small_mbox, &child);
	struct mail_source_options options = {.maximum = 20};
	struct mail_item item;
	struct error error;

	arena_init(&arena, NULL, 0);
	struct mail_source *source = mail_source_open(&arena, NULL, 0, &options);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "more than 20 bytes") != NULL);
	end(source);
	end_input(kept, child);
	kept = feed_input(feed_large_mbox, &child);
	options.maximum = 1000000;
	source = mail_source_open(&arena, NULL, 0, &options);
	check(!mail_source_next(source, &item, &error));
	check(strstr(error.text, "more than 1000000 bytes") != NULL);
	end(source);
	end_input(kept, child);
}

/* Standard input is a file, and somebody read its beginning already. */
static void
a_file_as_input(void)
{
	int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);

	put("a", "first\nA: b\n\nx\n");
	int file = open("a", O_RDONLY);
	check(lseek(file, 6, SEEK_SET) == 6);
	dup2(file, STDIN_FILENO);
	close(file);
	struct mail_source *source = open_kind(NULL, 0, MAIL_SOURCE_AUTOMATIC);
	take(source, "-", "A: b\n\nx\n");
	end(source);
	dup2(kept, STDIN_FILENO);
	close(kept);
}

static void
a_fifo(void)
{
	static const char *const paths[] = {"fifo"};

	check(mkfifo("fifo", 0600) == 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		FILE *out = fopen("fifo", "w");
		feed_small_mbox(out);
		fclose(out);
		_exit(0);
	}
	struct mail_source *source = open_kind(paths, 1, MAIL_SOURCE_AUTOMATIC);
	take(source, "fifo:1", "A: b\n\nx\n");
	take(source, "fifo:2", "C: d\n");
	end(source);
	waitpid(child, NULL, 0);
	unlink("fifo");
}

int
main(void)
{
	char place[] = "/tmp/culver-test.XXXXXX";

	if (mkdtemp(place) == NULL || chdir(place) != 0)
		return EXIT_FAILURE;
	signals_descriptor(); /* stays open, once made */
	test("a file is one message", one_file);
	test("an mbox gives its messages without what it adds, and the next file follows", an_mbox);
	test("an mbox stays as it stands if that is asked for", an_mbox_as_it_stands);
	test("nothing is no message, unless one is asked for", nothing_at_all);
	test("a large message is unquoted in a file", a_large_quoted_message);
	test("a Maildir's messages are found again under other names", a_maildir);
	test("a broken source is an error, and the next one goes on", broken_sources);
	test("a file that is cut while it is read ends nothing", a_file_that_is_cut);
	test("an mbox may come through a pipe", an_mbox_from_a_pipe);
	test("a large mbox from a pipe takes no memory", a_large_mbox_from_a_pipe);
	test("a pipe may be bounded", more_than_allowed);
	test("standard input may be a file, from where it stands on", a_file_as_input);
	test("a FIFO is read as a pipe", a_fifo);
	arena_init(&arena, NULL, 0);
	if (chdir("/") == 0)
		files_remove_tree(&arena, place);
	arena_clear(&arena);
	return tests_end();
}
