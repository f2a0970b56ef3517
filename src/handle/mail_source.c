/*
 * Messages one after the other; see mail_source.h. What lies in a regular file is mapped, also when it is
 * standard input; what comes from a pipe goes through system/spool.h: small into memory, large into a
 * file without a name. The one thing that is ever copied is a message of an mbox in which lines are
 * quoted, and a large one of these goes into such a file as well.
 */
#include "handle/mail_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deliver/mbox_format.h"
#include "handle/maildir_names.h"
#include "handle/mbox_walk.h"
#include "system/file.h"
#include "system/mapped_file.h"
#include "system/spool.h"

enum {
	MAIL_SOURCE_FIRST = 8192,      /* of an item's own memory */
	MAIL_SOURCE_COPY_MAX = 262144, /* an unquoted message in memory */
	MAIL_SOURCE_TRIES = 4,         /* of a name in a Maildir that changes */
};

struct mail_source {
	struct arena *arena;
	const char *const *paths;
	size_t count, next; /* next: the path to come */
	struct mail_source_options options;
	struct spool_plan plan; /* where large things go that have no file */

	/* The source that is open. */
	const char *path; /* NULL: none */
	struct text shown;
	bool is_input; /* standard input */
	enum mail_source_kind kind;
	struct mapped_file file; /* of the file, or of a Maildir's message */
	struct spool *spool;     /* of a pipe */
	struct text bytes;
	size_t position;
	uint64_t number;
	struct maildir_names names;
	struct arena of_source, of_item;
	struct spool *unquoted; /* of the item */

	uint64_t done, all; /* bytes of sources that are behind us, and of all */
	bool is_measured, all_known;
	char first[MAIL_SOURCE_FIRST];
};

struct mail_source *
mail_source_open(struct arena *arena, const char *const *paths, size_t count,
    const struct mail_source_options *options)
{
	static const char *const input[] = {"-"};
	struct mail_source *source = arena_alloc(arena, sizeof *source);
	const char *chosen = getenv("TMPDIR");

	source->arena = arena;
	source->paths = count > 0 ? paths : input;
	source->count = count > 0 ? count : 1;
	source->options = *options;
	source->file.descriptor = -1;
	source->plan.maximum = options->maximum;
	size_t directories = 0;
	if (chosen != NULL && chosen[0] != '\0')
		source->plan.directories[directories++] = chosen;
	source->plan.directories[directories++] = "/var/tmp";
	source->plan.directories[directories] = "/tmp";
	arena_init(&source->of_source, NULL, 0);
	arena_init(&source->of_item, source->first, sizeof source->first);
	mapped_file_guard();
	return source;
}

/* ---- how much there is ---- */

static void
mail_source_measure(struct mail_source *source)
{
	struct stat status;

	source->is_measured = true;
	source->all_known = true;
	for (size_t i = 0; i < source->count; i++) {
		bool is_input = strcmp(source->paths[i], "-") == 0;
		int failed =
		    is_input ? fstat(STDIN_FILENO, &status) : stat(source->paths[i], &status);
		if (failed == 0 && S_ISREG(status.st_mode))
			source->all += (uint64_t)status.st_size;
		else if (failed == 0)
			source->all_known = false;
	}
}

void
mail_source_progress(const struct mail_source *source, uint64_t *done_out, uint64_t *all_out)
{
	*done_out = source->done + source->position;
	*all_out = source->all_known ? source->all : 0;
	/* A Maildir alone: its messages stand for their bytes. */
	if (!source->all_known && source->count == 1 && source->kind == MAIL_SOURCE_MAILDIR &&
	    source->path != NULL) {
		*done_out = source->position;
		*all_out = source->names.count;
	}
}

/* ---- opening and closing one source ---- */

static void
mail_source_end_item(struct mail_source *source)
{
	if (source->unquoted != NULL)
		spool_close(source->unquoted);
	source->unquoted = NULL;
	arena_clear(&source->of_item);
	arena_init(&source->of_item, source->first, sizeof source->first);
	if (source->kind == MAIL_SOURCE_MAILDIR)
		mapped_file_close(&source->file);
}

static void
mail_source_end(struct mail_source *source)
{
	mail_source_end_item(source);
	if (source->kind != MAIL_SOURCE_MAILDIR)
		source->done += source->bytes.size;
	if (source->kind == MAIL_SOURCE_MAILDIR)
		maildir_names_close(&source->names);
	if (source->spool != NULL)
		spool_close(source->spool);
	source->spool = NULL;
	mapped_file_close(&source->file);
	arena_clear(&source->of_source);
	source->path = NULL;
	source->kind = MAIL_SOURCE_AUTOMATIC;
	source->bytes = TEXT("");
	source->position = 0;
}

/* What is no regular file: a pipe, a terminal, /dev/null. */
static bool
mail_source_receive(struct mail_source *source, int descriptor, struct error *error)
{
	bool is_read =
	    spool_receive(&source->of_source, descriptor, &source->plan, &source->spool, error);

	if (!source->is_input)
		close(descriptor);
	return is_read && spool_map(source->spool, &source->bytes, error);
}

/* Opens what holds bytes, as the kind that it is. */
static bool
mail_source_open_bytes(struct mail_source *source, struct error *error)
{
	struct stat status;
	int descriptor = source->is_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					  : open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (descriptor < 0)
		return error_set_errno(error, "cannot read %.*s", TEXT_ARGUMENTS(source->shown));
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
		if (!mapped_file_open(descriptor, source->shown.data, &source->file, error))
			return false;
		source->bytes = source->file.bytes;
	} else if (source->is_input) {
		close(descriptor);
		if (!mail_source_receive(source, STDIN_FILENO, error))
			return false;
	} else if (!mail_source_receive(source, descriptor, error)) {
		return false;
	}
	source->kind = source->options.kind;
	if (source->kind == MAIL_SOURCE_AUTOMATIC)
		source->kind = source->bytes.size == 0 || mbox_walk_is_mbox(source->bytes)
				   ? MAIL_SOURCE_MBOX
				   : MAIL_SOURCE_MESSAGE;
	return true;
}

static bool
mail_source_open_next(struct mail_source *source, struct error *error)
{
	struct stat status;

	source->path = source->paths[source->next++];
	source->is_input = strcmp(source->path, "-") == 0;
	source->shown = text_from_string(source->is_input ? "standard input" : source->path);
	source->number = 0;
	bool is_directory =
	    !source->is_input && stat(source->path, &status) == 0 && S_ISDIR(status.st_mode);
	if (!is_directory && source->options.kind == MAIL_SOURCE_MAILDIR)
		return error_set(
		    error, ERROR_INPUT, "%.*s is not a Maildir", TEXT_ARGUMENTS(source->shown));
	if (is_directory && source->options.kind != MAIL_SOURCE_AUTOMATIC &&
	    source->options.kind != MAIL_SOURCE_MAILDIR)
		return error_set(
		    error, ERROR_INPUT, "%s is a directory: give the file", source->path);
	if (!is_directory)
		return mail_source_open_bytes(source, error);
	if (!maildir_names_is_maildir(source->path))
		return error_set(error, ERROR_INPUT,
		    "%s is a directory, but not a Maildir: \"cur\" or \"new\" is missing",
		    source->path);
	if (!maildir_names_collect(&source->of_source, source->path, &source->names, error))
		return false;
	source->kind = MAIL_SOURCE_MAILDIR;
	return true;
}

/* ---- one message ---- */

/* Writes the message without the ">" that the mbox added, in pieces. */
static bool
mail_source_write_unquoted(int descriptor, struct text message, size_t quote, struct error *error)
{
	size_t kept = 0;

	while (quote < message.size) {
		if (!file_write(descriptor, text_slice(message, kept, quote), "a copy", error))
			return false;
		kept = quote + 1;
		quote = mbox_format_next_quote(message, quote);
	}
	return file_write(descriptor, text_slice(message, kept, message.size), "a copy", error);
}

static bool
mail_source_unquote(struct mail_source *source, struct text *bytes, struct error *error)
{
	size_t quote = mbox_format_find_quote(*bytes, 0);

	if (quote >= bytes->size)
		return true;
	if (bytes->size <= MAIL_SOURCE_COPY_MAX) {
		*bytes = mbox_format_unquote(&source->of_item, *bytes);
		return true;
	}
	const struct spool_plan plan = {
	    .directories = {source->plan.directories[0], source->plan.directories[1],
		source->plan.directories[2]}};
	return spool_create(&source->of_item, &plan, &source->unquoted, error) &&
	       mail_source_write_unquoted(
		   spool_descriptor(source->unquoted), *bytes, quote, error) &&
	       spool_finish(source->unquoted, &plan, error) &&
	       spool_map(source->unquoted, bytes, error);
}

static bool
mail_source_next_in_mbox(struct mail_source *source, struct mail_item *item, struct error *error)
{
	struct mbox_range range;

	if (!mbox_walk_next(source->bytes, source->options.from_rule, &source->position, &range))
		return false;
	source->number++;
	item->bytes = mbox_walk_message(source->bytes, &range);
	item->from_line =
	    text_slice(source->bytes, range.start, range.start + range.from_line_size);
	item->place = arena_format(
	    &source->of_item, "%s:%llu", source->path, (unsigned long long)source->number);
	item->raw = text_slice(source->bytes, range.start, range.start + range.size);
	item->is_last = source->position >= source->bytes.size;
	item->offset = range.start;
	item->size = range.size;
	if (source->options.keeps_quoting || mail_source_unquote(source, &item->bytes, error))
		return true;
	error_prefix(error, "%.*s: ", TEXT_ARGUMENTS(item->place));
	return false;
}

/* The message of that name; *is_gone_out: there is none any more. */
static bool
mail_source_open_file(struct mail_source *source, struct maildir_name *name, struct mail_item *item,
    bool *is_gone_out, struct error *error)
{
	*is_gone_out = false;
	for (unsigned attempt = 0; attempt < MAIL_SOURCE_TRIES; attempt++) {
		item->place = arena_format(&source->of_item, "%s/%s/%s", source->path,
		    name->is_new ? "new" : "cur", name->name);
		int descriptor =
		    open(item->place.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (descriptor >= 0) {
			if (!mapped_file_open(descriptor, item->place.data, &source->file, error))
				return false;
			return true;
		}
		if (errno != ENOENT)
			return error_set_errno(error, "cannot read %s", item->place.data);
		if (!maildir_names_find_again(&source->names, name))
			break;
	}
	*is_gone_out = true;
	return false;
}

static bool
mail_source_next_in_maildir(struct mail_source *source, struct mail_item *item, struct error *error)
{
	bool is_gone = true;

	while (is_gone && source->position < source->names.count) {
		struct maildir_name name = source->names.items[source->position++];
		source->number++;
		if (mail_source_open_file(source, &name, item, &is_gone, error)) {
			item->path = item->place.data;
			item->bytes = source->file.bytes;
			item->size = item->bytes.size;
			item->raw = item->bytes;
			item->is_last = source->position >= source->names.count;
			item->is_new = name.is_new;
			item->flags = maildir_names_flags(
			    arena_copy_text(&source->of_item, text_from_string(name.name)));
			return true;
		}
		arena_clear(&source->of_item);
		arena_init(&source->of_item, source->first, sizeof source->first);
	}
	return false;
}

/* The next message of the open source; false with an empty error: it has no more. */
static bool
mail_source_take(struct mail_source *source, struct mail_item *item, struct error *error)
{
	item->path = source->is_input ? NULL : source->path;
	item->kind = source->kind;
	item->number = source->number + 1;
	bool is_found = false;
	if (source->kind == MAIL_SOURCE_MBOX) {
		is_found = mail_source_next_in_mbox(source, item, error);
	} else if (source->kind == MAIL_SOURCE_MAILDIR) {
		is_found = mail_source_next_in_maildir(source, item, error);
	} else if (source->number == 0) {
		is_found = true;
		source->number = 1;
		source->position = source->bytes.size;
		item->bytes = source->bytes;
		item->raw = source->bytes;
		item->is_last = true;
		item->size = source->bytes.size;
		item->place = text_from_string(source->path);
	}
	item->number = source->number;
	return is_found;
}

bool
mail_source_next(struct mail_source *source, struct mail_item *item_out, struct error *error)
{
	*error = (struct error){0};
	*item_out = (struct mail_item){0};
	if (!source->is_measured)
		mail_source_measure(source);
	for (;;) {
		if (source->path == NULL) {
			if (source->next >= source->count)
				return false;
			if (!mail_source_open_next(source, error)) {
				mail_source_end(source);
				return false;
			}
		}
		if (!mail_source_is_whole(source)) {
			error_set(error, ERROR_AGAIN,
			    "%.*s: it became shorter while it was read, by another program",
			    TEXT_ARGUMENTS(source->shown));
			if (source->kind != MAIL_SOURCE_MAILDIR)
				mail_source_end(source);
			else
				mail_source_end_item(source);
			return false;
		}
		mail_source_end_item(source);
		if (mail_source_take(source, item_out, error))
			return true;
		if (error->kind != ERROR_NONE)
			return false;
		mail_source_end(source);
	}
}

bool
mail_source_is_whole(const struct mail_source *source)
{
	return mapped_file_is_whole(&source->file);
}

void
mail_source_close(struct mail_source *source)
{
	mail_source_end(source);
}
