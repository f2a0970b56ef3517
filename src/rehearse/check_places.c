/*
 * Folders and files of rules; see check_places.h. One walk in the order of the file: a variable
 * that is set a second time, or to something that is not known, is not known from then on.
 */
#include "rehearse/check_places.h"

#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "filter/engine/value.h"
#include "rehearse/check_mailbox.h"
#include "system/file.h"

enum { PLACE_SIZE_MAX = 4096 };

struct place_walk {
	struct check *check;
	const struct program *program;
	struct diagnostics *diagnostics;
	bool makes_folders;  /* a command of the rules makes directories */
	unsigned exceptions; /* blocks around, in which a failure is caught */
};

static const struct text place_unknown = {"", 0};

struct place_lookup {
	const struct table *constants;
	bool is_known;
};

static struct text
check_places_find(const void *self, struct text name)
{
	struct place_lookup *lookup = (struct place_lookup *)(uintptr_t)self;
	const struct text *value = table_find(lookup->constants, name);

	if (value == NULL || value == &place_unknown) {
		lookup->is_known = false;
		return (struct text){NULL, 0};
	}
	return *value;
}

/* The text that an expression always has; false: it is not known. */
static bool
check_places_resolve(
    struct place_walk *walk, const struct expression *expression, struct text *text_out)
{
	struct place_lookup lookup = {&walk->check->constants, true};
	struct buffer out;

	if (expression->kind == EXPRESSION_CONCATENATION) {
		struct text joined = {NULL, 0};
		for (const struct expression *at = expression->operands; at != NULL;
		     at = at->next) {
			struct text part;
			if (!check_places_resolve(walk, at, &part) ||
			    joined.size + part.size > PLACE_SIZE_MAX)
				return false;
			joined = arena_format(walk->check->arena, "%.*s%.*s",
			    TEXT_ARGUMENTS(joined), TEXT_ARGUMENTS(part));
		}
		*text_out = joined;
		return expression->operands != NULL;
	}
	if (expression->kind != EXPRESSION_STRING)
		return false;
	*text_out = expression->text;
	if (!expression->expands)
		return true;
	buffer_init(&out, PLACE_SIZE_MAX);
	bool is_whole = value_expand(expression->text, check_places_find, &lookup, &out);
	if (is_whole && lookup.is_known)
		*text_out = arena_copy_text(walk->check->arena, buffer_text(&out));
	buffer_clear(&out);
	return is_whole && lookup.is_known;
}

/* The path from here; NULL: it depends on what is not known, or is none. */
static const char *
check_places_path(struct place_walk *walk, struct text name)
{
	const char *home = walk->check->home;

	if (name.size == 0 || name.size > PLACE_SIZE_MAX ||
	    text_find_byte(name, 0, '\0') < name.size)
		return NULL;
	if (name.data[0] == '/')
		return arena_copy_string(walk->check->arena, name);
	if (home == NULL)
		return NULL;
	if (text_has_prefix(name, TEXT("~/")))
		name = text_slice(name, 2, name.size);
	while (text_has_prefix(name, TEXT("./")))
		name = text_slice(name, 2, name.size);
	return arena_format(walk->check->arena, "%s/%.*s", home, TEXT_ARGUMENTS(name)).data;
}

static bool
check_places_is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool
check_places_is_maildir(struct place_walk *walk, const char *path)
{
	static const char *const parts[] = {"tmp", "new", "cur"};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!check_places_is_directory(
			arena_format(walk->check->arena, "%s/%s", path, parts[i]).data))
			return false;
	return true;
}

/* The bytes of the first word or string of it: there the caret goes. */
static uint32_t
check_places_size(const struct place_walk *walk, const struct expression *expression)
{
	struct text source = walk->program->source;
	uint32_t start = expression->offset, end = start + 1;
	char quote = start < source.size ? source.data[start] : '\0';

	if (quote == '"' || quote == '\'')
		while (end < source.size && source.data[end - 1] != '\n' &&
		       (end == start + 1 || source.data[end - 1] != quote))
			end++;
	else
		while (end < source.size && !text_is_space(source.data[end]) &&
		       strchr(";#),", source.data[end]) == NULL)
			end++;
	return end - start;
}

static struct diagnostic *
check_places_add(struct place_walk *walk, const struct expression *expression,
    enum diagnostic_code code, const char *format, struct text name)
{
	return diagnostics_add(walk->diagnostics, code, expression->offset,
	    check_places_size(walk, expression), "%.*s: %s", TEXT_ARGUMENTS(name), format);
}

/* Each folder, and each directory that holds folders, is told once. */
static bool
check_places_is_said(struct place_walk *walk, struct text path)
{
	if (table_find(&walk->check->said, path) != NULL)
		return true;
	table_set(&walk->check->said, path, walk->check);
	return false;
}

static void
check_places_check_folder(struct place_walk *walk, const struct expression *expression,
    struct text name, const char *path)
{
	struct diagnostic *added;

	if (check_places_is_maildir(walk, path) ||
	    check_places_is_said(walk, text_from_string(path)))
		return;
	if (name.data[name.size - 1] != '/') {
		check_places_add(walk, expression, DIAGNOSTIC_MISSING_FOLDER,
		    "this directory is no Maildir (it lacks tmp, new or cur): mail for it is "
		    "deferred",
		    name);
		return;
	}
	if (walk->check->settings != NULL && walk->check->settings->create_folders)
		return;
	added = check_places_add(walk, expression, DIAGNOSTIC_MISSING_FOLDER,
	    "there is no such Maildir: mail for it is deferred (the setting create_folders is no)",
	    name);
	diagnostic_advise(
	    walk->diagnostics, added, "create it: maildirmake %.*s", TEXT_ARGUMENTS(name));
}

static void
check_places_check_mbox(struct place_walk *walk, const struct expression *expression,
    struct text name, const char *path)
{
	struct stat status;
	struct diagnostic *added;

	if (stat(path, &status) == 0)
		return;
	const char *directory = arena_copy_string(walk->check->arena, file_directory(path));
	if (!check_places_is_directory(directory)) {
		if (check_places_is_said(walk, text_from_string(directory)))
			return;
		added = check_places_add(walk, expression, DIAGNOSTIC_MISSING_FOLDER,
		    "its directory does not exist: mail for it is deferred", name);
		diagnostic_advise(walk->diagnostics, added,
		    "create %s (other mailboxes in it are not named again)", directory);
		return;
	}
	if (!check_places_is_maildir(walk, directory) ||
	    check_places_is_said(walk, text_from_string(path)))
		return;
	added = check_places_add(walk, expression, DIAGNOSTIC_MISSING_FOLDER,
	    "there is no such folder, and without a / at its end it becomes an mbox file inside of "
	    "the Maildir",
	    name);
	diagnostic_advise(
	    walk->diagnostics, added, "write \"%.*s/\" for a Maildir", TEXT_ARGUMENTS(name));
}

static void
check_places_destination(struct place_walk *walk, const struct expression *expression)
{
	struct text name;

	if (!check_places_resolve(walk, expression, &name))
		return;
	name = text_trim(name);
	if (name.size == 0 || name.data[0] == '|' || name.data[0] == '!' || walk->makes_folders ||
	    text_has_prefix(name, TEXT("/dev/")))
		return;
	const char *path = check_places_path(walk, name);
	if (path == NULL)
		return;
	if (name.data[name.size - 1] == '/' || check_places_is_directory(path))
		check_places_check_folder(walk, expression, name, path);
	else
		check_places_check_mbox(walk, expression, name, path);
}

static void
check_places_missing_file(
    struct place_walk *walk, const struct expression *expression, struct text name)
{
	if (walk->exceptions == 0)
		check_places_add(walk, expression, DIAGNOSTIC_MISSING_FILE,
		    "this file cannot be read: mail that comes here is deferred", name);
}

static void
check_places_include(struct place_walk *walk, const struct expression *expression)
{
	struct error error;
	struct text name;

	if (!check_places_resolve(walk, expression, &name))
		return;
	const char *path = check_places_path(walk, name);
	if (path == NULL)
		return;
	struct stat status;
	if (stat(path, &status) != 0)
		check_places_missing_file(walk, expression, name);
	else if (walk->check->follows_includes && !check_read(walk->check, path, &error) &&
		 error.kind != ERROR_LIMIT)
		check_places_missing_file(walk, expression, name);
}

static void
check_places_assign(struct place_walk *walk, const struct expression *assignment)
{
	struct table *constants = &walk->check->constants;
	struct text *value = arena_alloc(walk->check->arena, sizeof *value);
	struct text name = assignment->text;

	if (table_find(constants, name) != NULL ||
	    !check_places_resolve(walk, assignment->operands, value)) {
		table_set(constants, name, (void *)(uintptr_t)&place_unknown);
		return;
	}
	table_set(constants, name, value);
	if (text_is_equal(name, TEXT("DEFAULT")))
		check_places_destination(walk, assignment->operands);
}

/* The directory of `save`. */
static void
check_places_save(struct place_walk *walk, const struct expression *expression)
{
	const struct settings *settings = walk->check->settings;
	struct text name;

	if (!check_places_resolve(walk, expression, &name) || walk->makes_folders ||
	    walk->exceptions > 0 || (settings != NULL && settings->create_folders))
		return;
	const char *path = check_places_path(walk, text_trim(name));
	if (path == NULL || check_places_is_directory(path) ||
	    check_places_is_said(walk, text_from_string(path)))
		return;
	struct diagnostic *added = check_places_add(walk, expression, DIAGNOSTIC_MISSING_FOLDER,
	    "there is no such directory: mail whose attachments are to be saved there is deferred",
	    name);
	diagnostic_advise(walk->diagnostics, added,
	    "create it, or set create_folders = yes, with which it is made when it is needed");
}

/* The second value of lookup(), and what stands in that file. */
static void
check_places_lookup_file(struct place_walk *walk, const struct expression *file)
{
	struct error error;
	struct text name, flags = {NULL, 0};
	struct stat status;

	if (!check_places_resolve(walk, file, &name))
		return;
	const char *path = check_places_path(walk, name);
	if (path == NULL)
		return;
	if (file->next != NULL && !check_places_resolve(walk, file->next, &flags))
		return;
	bool is_case_sensitive = text_find_byte(flags, 0, 'D') < flags.size;
	if (stat(path, &status) != 0)
		check_places_missing_file(walk, file, name);
	else if (walk->check->follows_includes &&
		 !check_read_lookup(walk->check, path, is_case_sensitive, &error) &&
		 error.kind != ERROR_LIMIT)
		check_places_missing_file(walk, file, name);
}

/* `logfile`: the file is made, its directory is not. */
static void
check_places_log_file(struct place_walk *walk, const struct expression *expression)
{
	struct text name;

	if (walk->exceptions > 0 || walk->makes_folders ||
	    !check_places_resolve(walk, expression, &name))
		return;
	const char *path = check_places_path(walk, name);
	if (path == NULL)
		return;
	const char *directory = arena_copy_string(walk->check->arena, file_directory(path));
	if (check_places_is_directory(directory) ||
	    check_places_is_said(walk, text_from_string(directory)))
		return;
	struct diagnostic *added = check_places_add(walk, expression, DIAGNOSTIC_MISSING_FILE,
	    "its directory does not exist: the log cannot be opened, and mail is deferred", name);
	diagnostic_advise(walk->diagnostics, added, "create %s", directory);
}

/* mailbox "Name", to mailbox "Name". */
static void
check_places_mailbox(struct place_walk *walk, const struct expression *expression)
{
	struct text name;

	if (expression->kind == EXPRESSION_LIST)
		expression = expression->operands;
	if (expression != NULL && check_places_resolve(walk, expression, &name))
		check_mailbox(walk->check, name, expression->offset,
		    check_places_size(walk, expression), walk->diagnostics);
}

static void
check_places_expression(struct place_walk *walk, const struct expression *expression)
{
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		check_places_expression(walk, at);
	if (expression->kind == EXPRESSION_ASSIGNMENT)
		check_places_assign(walk, expression);
	if (expression->kind == EXPRESSION_COMMAND)
		walk->makes_folders |=
		    text_find(expression->text, 0, TEXT("maildirmake")) < expression->text.size ||
		    text_find(expression->text, 0, TEXT("mkdir")) < expression->text.size;
	if (expression->kind != EXPRESSION_FUNCTION || expression->function != FUNCTION_LOOKUP ||
	    expression->operands->next == NULL)
		return;
	check_places_lookup_file(walk, expression->operands->next);
}

static void
check_places_list(struct place_walk *walk, const struct statement *list)
{
	struct text command;

	for (const struct statement *outer = list; outer != NULL; outer = outer->next) {
		const struct statement *at = outer;
		bool is_exception = at->kind == STATEMENT_EXCEPTION;
		walk->exceptions += is_exception;
		for (;;) {
			if (at->expression != NULL)
				check_places_expression(walk, at->expression);
			check_places_list(walk, at->body);
			if (!at->otherwise_is_if)
				break;
			at = at->otherwise;
		}
		check_places_list(walk, at->otherwise);
		walk->exceptions -= is_exception;
		if ((at->kind == STATEMENT_TO || at->kind == STATEMENT_CC) &&
		    at->form == DESTINATION_WRITTEN)
			check_places_destination(walk, at->expression);
		if ((at->kind == STATEMENT_TO || at->kind == STATEMENT_CC) &&
		    at->form == DESTINATION_MAILBOX)
			check_places_mailbox(walk, at->expression);
		if (at->kind == STATEMENT_INCLUDE)
			check_places_include(walk, at->expression);
		if (at->kind == STATEMENT_SAVE)
			check_places_save(walk, at->expression);
		if (at->kind == STATEMENT_LOGFILE)
			check_places_log_file(walk, at->expression);
		if (at->kind == STATEMENT_SYSTEM &&
		    check_places_resolve(walk, at->expression, &command))
			walk->makes_folders |=
			    text_find(command, 0, TEXT("maildirmake")) < command.size ||
			    text_find(command, 0, TEXT("mkdir")) < command.size;
	}
}

void
check_places(struct check *check, const struct program *program, struct diagnostics *diagnostics)
{
	struct place_walk walk = {.check = check, .program = program, .diagnostics = diagnostics};

	check_places_list(&walk, program->statements);
}
