/*
 * Keywords of messages; see keywords.h. What other programs read is only ever replaced whole, and
 * is on the disk before the message that needs it has its name.
 */
#include "deliver/keywords.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/number.h"
#include "system/file.h"
#include "system/lock.h"

enum {
	KEYWORDS_FILE_MAX = 64 * 1024,
	KEYWORDS_LEFT_OUT_MAX = 300, /* bytes said of what was left out */
	KEYWORDS_LOCK_MAX = 30,      /* seconds */
	KEYWORDS_LOCK_RETRY = 20,    /* milliseconds */
	KEYWORDS_REASON_MAX = 200,
};

/* The keywords of one message. */
struct keywords_list {
	size_t count;
	struct text words[KEYWORDS_COUNT_MAX];
};

/* What dovecot-keywords says. */
struct keywords_index {
	struct text names[KEYWORDS_LETTERS_MAX]; /* empty: the letter is free */
	time_t changed;                          /* of the file; 0: there is none */
	mode_t mode;
};

/* A byte of an IMAP atom. */
static bool
keywords_is_atom_byte(char byte)
{
	return byte > ' ' && byte < 127 && strchr("(){%*\"\\]", byte) == NULL;
}

static bool
keywords_is_atom(struct text word)
{
	for (size_t i = 0; i < word.size; i++)
		if (!keywords_is_atom_byte(word.data[i]))
			return false;
	return word.size > 0;
}

/* Says that a keyword was left out. */
static void
keywords_leave_out(const struct keywords_request *request, struct keywords *keywords,
    struct text word, const char *why)
{
	struct text shown = text_slice(word, 0, KEYWORDS_BYTES_MAX);

	if (keywords->left_out.size > KEYWORDS_LEFT_OUT_MAX)
		return;
	keywords->left_out = arena_format(request->arena, "%.*s%skeyword \"%.*s\" left out: %s",
	    TEXT_ARGUMENTS(keywords->left_out), keywords->left_out.size > 0 ? "; " : "",
	    TEXT_ARGUMENTS(shown), why);
}

static bool
keywords_has(const struct keywords_list *list, struct text word)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_is_equal_nocase(list->words[i], word))
			return true;
	return false;
}

/* Those that can be kept, each once; IMAP compares keywords without case. */
static void
keywords_split(
    const struct keywords_request *request, struct keywords_list *list, struct keywords *keywords)
{
	struct text rest = request->keywords;

	*list = (struct keywords_list){0};
	while (rest.size > 0) {
		struct text word = text_trim(text_split(&rest, ','));
		if (word.size == 0 || keywords_has(list, word))
			continue;
		if (!keywords_is_atom(word))
			keywords_leave_out(request, keywords, word,
			    "it holds a byte that no IMAP keyword can have");
		else if (word.size > KEYWORDS_BYTES_MAX)
			keywords_leave_out(request, keywords, word, "it is longer than 50 bytes");
		else if (list->count == KEYWORDS_COUNT_MAX)
			keywords_leave_out(request, keywords, word, "a message has at most 64");
		else
			list->words[list->count++] = word;
	}
}

/* ---- as Dovecot keeps them ---- */

/* Reads the index; one that is not there is empty. */
static bool
keywords_read_index(const struct keywords_request *request, const char *path,
    struct keywords_index *index, struct error *error)
{
	struct text rest;
	struct stat status;
	uint64_t number;

	*index = (struct keywords_index){.changed = 0};
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (descriptor < 0 && errno == ENOENT)
		return true;
	if (descriptor < 0)
		return error_set_errno(error, "cannot read %s", path);
	bool read =
	    file_read_descriptor(request->arena, descriptor, KEYWORDS_FILE_MAX, &rest, error) &&
	    fstat(descriptor, &status) == 0;
	close(descriptor);
	if (!read)
		return false;
	index->changed = status.st_mtime;
	index->mode = status.st_mode;
	while (rest.size > 0) {
		struct text name = text_split(&rest, '\n');
		struct text digits = text_split(&name, ' ');
		if (name.size > 0 &&
		    number_parse_unsigned(digits, KEYWORDS_LETTERS_MAX - 1, &number))
			index->names[number] = name;
	}
	return true;
}

/* The number of a keyword; KEYWORDS_LETTERS_MAX: it has none. */
static size_t
keywords_find(const struct keywords_index *index, struct text word)
{
	size_t number = 0;

	while (number < KEYWORDS_LETTERS_MAX &&
	       (word.size == 0 ? index->names[number].size != 0
			       : !text_is_equal_nocase(index->names[number], word)))
		number++;
	return number;
}

static bool
keywords_all_known(const struct keywords_index *index, const struct keywords_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (keywords_find(index, list->words[i]) == KEYWORDS_LETTERS_MAX)
			return false;
	return true;
}

static bool
keywords_write_index(const struct keywords_request *request, const char *path,
    const struct keywords_index *index, struct error *error)
{
	char memory[KEYWORDS_LETTERS_MAX * 80];
	struct stat directory;
	struct buffer bytes;

	if (stat(request->maildir, &directory) < 0)
		return error_set_errno(error, "cannot look at %s", request->maildir);
	buffer_init_lent(&bytes, memory, sizeof memory, KEYWORDS_FILE_MAX);
	for (size_t i = 0; i < KEYWORDS_LETTERS_MAX; i++)
		if (index->names[i].size > 0)
			buffer_append_format(
			    &bytes, "%zu %.*s\n", i, TEXT_ARGUMENTS(index->names[i]));
	const struct file_replacement replacement = {
	    .bytes = buffer_text(&bytes),
	    .mode = index->changed != 0 ? index->mode : directory.st_mode,
	    .group = directory.st_gid,
	    .newer_than = index->changed,
	};
	bool written = file_replace(path, &replacement, error);
	buffer_clear(&bytes);
	return written;
}

/* Gives each new keyword a free number, and writes the index when one was given. The lock is held.
 */
static bool
keywords_add(const struct keywords_request *request, const char *path,
    const struct keywords_list *list, struct keywords_index *index, struct error *error)
{
	bool changed = false;

	if (!keywords_read_index(request, path, index, error))
		return false;
	for (size_t i = 0; i < list->count; i++) {
		size_t free_number = keywords_find(index, TEXT(""));
		if (keywords_find(index, list->words[i]) < KEYWORDS_LETTERS_MAX ||
		    free_number == KEYWORDS_LETTERS_MAX)
			continue;
		index->names[free_number] = list->words[i];
		changed = true;
	}
	return !changed || keywords_write_index(request, path, index, error);
}

/* The index with all that it can take; false: it could not be changed, and is as it was read. */
static bool
keywords_provide_index(const struct keywords_request *request, const struct keywords_list *list,
    struct keywords_index *index, struct error *error)
{
	const struct settings *settings = request->settings;
	const char *path =
	    arena_format(request->arena, "%s/dovecot-keywords", request->maildir).data;
	const char *locked =
	    arena_format(request->arena, "%s/dovecot-uidlist", request->maildir).data;
	struct dot_lock_options options = {
	    .timeout = settings->lock_timeout < KEYWORDS_LOCK_MAX ? (unsigned)settings->lock_timeout
								  : KEYWORDS_LOCK_MAX,
	    .retry = KEYWORDS_LOCK_RETRY,
	    .names_host = true,
	    .stale_after = (unsigned)settings->lock_stale_after,
	};
	struct keywords_index before;
	struct dot_lock lock;

	if (!keywords_read_index(request, path, index, error))
		return false;
	if (keywords_all_known(index, list) ||
	    keywords_find(index, TEXT("")) == KEYWORDS_LETTERS_MAX)
		return true;
	if (!dot_lock_acquire(request->arena, locked, &options, &lock, error))
		return false;
	before = *index;
	bool added = keywords_add(request, path, list, index, error);
	if (!added)
		*index = before;
	dot_lock_release(&lock);
	return added;
}

static bool
keywords_prepare_dovecot(const struct keywords_request *request, const struct keywords_list *list,
    struct keywords *keywords, struct error *error)
{
	struct error failure = {.number = 0};
	struct keywords_index index;
	const char *why = "the Maildir has 26 others, more Dovecot cannot keep";
	bool used[KEYWORDS_LETTERS_MAX] = {false};
	char *letters = arena_alloc(request->arena, KEYWORDS_LETTERS_MAX + 1);
	size_t count = 0;

	if (!keywords_provide_index(request, list, &index, &failure)) {
		*error = failure;
		if (failure.number == ENOENT)
			return false;
		why = arena_format(request->arena, "%.*s", KEYWORDS_REASON_MAX, failure.text).data;
	}
	for (size_t i = 0; i < list->count; i++) {
		size_t number = keywords_find(&index, list->words[i]);
		if (number < KEYWORDS_LETTERS_MAX)
			used[number] = true;
		else
			keywords_leave_out(request, keywords, list->words[i], why);
	}
	for (size_t i = 0; i < KEYWORDS_LETTERS_MAX; i++)
		if (used[i])
			letters[count++] = (char)('a' + i);
	keywords->letters = (struct text){letters, count};
	return true;
}

/* ---- as Courier keeps them ---- */

static const char *
keywords_directory(const struct keywords_request *request)
{
	return arena_format(request->arena, "%s/courierimapkeywords", request->maildir).data;
}

/* One a line, in the order that maildrop gives them. */
static void
keywords_prepare_courier(
    const struct keywords_request *request, struct keywords_list *list, struct keywords *keywords)
{
	for (size_t i = 1; i < list->count; i++)
		for (size_t j = i; j > 0 && text_compare(list->words[j - 1], list->words[j]) > 0;
		     j--) {
			struct text later = list->words[j - 1];
			list->words[j - 1] = list->words[j];
			list->words[j] = later;
		}
	for (size_t i = 0; i < list->count; i++)
		keywords->lines = arena_format(request->arena, "%.*s%.*s\n",
		    TEXT_ARGUMENTS(keywords->lines), TEXT_ARGUMENTS(list->words[i]));
}

bool
keywords_write(const struct keywords_request *request, struct text lines, struct text base_name,
    struct error *error)
{
	const char *directory = keywords_directory(request);
	const char *path =
	    arena_format(request->arena, "%s/%.*s", directory, TEXT_ARGUMENTS(base_name)).data;
	const char *temporary = arena_format(
	    request->arena, "%s/tmp/%.*s.keywords", request->maildir, TEXT_ARGUMENTS(base_name))
				    .data;

	if (mkdir(directory, 0700) == 0) {
		if (!file_sync_directory(request->maildir, error))
			return false;
	} else if (errno != EEXIST) {
		return error_set_errno(error, "cannot create the directory %s", directory);
	}
	int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0666 & ~(mode_t)request->settings->umask);
	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", temporary);
	bool written = file_write(descriptor, lines, temporary, error) &&
		       file_sync(descriptor, temporary, error);
	written = file_close(descriptor, temporary, error) && written;
	if (written && rename(temporary, path) == 0)
		return file_sync_directory(directory, error);
	if (written)
		error_set_errno(error, "cannot rename %s", temporary);
	unlink(temporary);
	return false;
}

void
keywords_remove(const struct keywords_request *request, struct text base_name)
{
	(void)unlink(arena_format(
	    request->arena, "%s/%.*s", keywords_directory(request), TEXT_ARGUMENTS(base_name))
			 .data);
}

bool
keywords_prepare(
    const struct keywords_request *request, struct keywords *keywords_out, struct error *error)
{
	enum keywords_layout layout = request->settings->keywords_layout;
	struct keywords_list list;

	*keywords_out = (struct keywords){.letters = TEXT("")};
	if (layout == KEYWORDS_LAYOUT_OFF)
		return true;
	keywords_split(request, &list, keywords_out);
	if (list.count == 0)
		return true;
	if (layout == KEYWORDS_LAYOUT_AUTO)
		layout = access(keywords_directory(request), F_OK) == 0 ? KEYWORDS_LAYOUT_COURIER
									: KEYWORDS_LAYOUT_DOVECOT;
	if (layout == KEYWORDS_LAYOUT_DOVECOT)
		return keywords_prepare_dovecot(request, &list, keywords_out, error);
	keywords_prepare_courier(request, &list, keywords_out);
	return true;
}

struct text
keywords_find_names(
    const struct keywords_request *request, struct text letters, struct text base_name)
{
	struct arena *arena = request->arena;
	struct keywords_index index;
	struct error ignored;
	struct text names = TEXT(""), lines;
	const char *dovecot = arena_format(arena, "%s/dovecot-keywords", request->maildir).data;
	const char *courier =
	    arena_format(arena, "%s/%.*s", keywords_directory(request), TEXT_ARGUMENTS(base_name))
		.data;

	bool is_read = letters.size > 0 && keywords_read_index(request, dovecot, &index, &ignored);
	for (size_t i = 0; is_read && i < letters.size; i++) {
		size_t number = (size_t)(letters.data[i] - 'a');
		if (letters.data[i] >= 'a' && number < KEYWORDS_LETTERS_MAX &&
		    index.names[number].size > 0)
			names = arena_format(arena, "%.*s%.*s,", TEXT_ARGUMENTS(names),
			    TEXT_ARGUMENTS(index.names[number]));
	}
	if (!file_read(arena, courier, KEYWORDS_FILE_MAX, &lines, &ignored))
		return names;
	while (lines.size > 0) {
		struct text line = text_trim(text_split(&lines, '\n'));
		if (line.size > 0)
			names = arena_format(
			    arena, "%.*s%.*s,", TEXT_ARGUMENTS(names), TEXT_ARGUMENTS(line));
	}
	return names;
}
