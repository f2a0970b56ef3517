/*
 * The names of a Maildir; see maildir_names.h. Names that are missed are looked for in a table of the
 * whole folder, which is made anew at most a few times a second: a reader that marks all messages as
 * read while they are walked over does not make the walk quadratic.
 */
#include "handle/maildir_names.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/vector.h"

enum { MAILDIR_NAMES_PERIOD = 200 /* milliseconds */ };

static const char *const maildir_names_directories[] = {"new", "cur"};

bool
maildir_names_is_maildir(const char *path)
{
	char first[4096];
	struct arena arena;
	struct stat status;
	bool is_maildir = true;

	arena_init(&arena, first, sizeof first);
	for (unsigned i = 0; i < 2; i++) {
		const char *directory =
		    arena_format(&arena, "%s/%s", path, maildir_names_directories[i]).data;
		is_maildir = is_maildir && stat(directory, &status) == 0 && S_ISDIR(status.st_mode);
	}
	arena_clear(&arena);
	return is_maildir;
}

static int
maildir_names_compare(const void *a, const void *b)
{
	const struct maildir_name *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static bool
maildir_names_read(struct maildir_names *names, bool is_new, struct error *error)
{
	const char *path =
	    arena_format(names->arena, "%s/%s", names->path, maildir_names_directories[!is_new])
		.data;
	DIR *directory = opendir(path);

	if (directory == NULL)
		return error_set_errno(error, "cannot read %s", path);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		if (names->count >= MAILDIR_NAMES_MAX) {
			closedir(directory);
			return error_set(error, ERROR_LIMIT, "%s has more than %d messages", path,
			    MAILDIR_NAMES_MAX);
		}
		names->items = vector_grow(names->arena, names->items, names->count,
		    &names->capacity, sizeof *names->items);
		names->items[names->count++] = (struct maildir_name){
		    arena_copy_string(names->arena, text_from_string(entry->d_name)), is_new};
	}
	closedir(directory);
	return true;
}

bool
maildir_names_collect(
    struct arena *arena, const char *path, struct maildir_names *names_out, struct error *error)
{
	*names_out = (struct maildir_names){.arena = arena, .path = path};
	arena_init(&names_out->present, NULL, 0);
	if (!maildir_names_read(names_out, true, error) ||
	    !maildir_names_read(names_out, false, error))
		return false;
	if (names_out->count > 0)
		qsort(names_out->items, names_out->count, sizeof *names_out->items,
		    maildir_names_compare);
	return true;
}

static struct text
maildir_names_base(struct text name)
{
	return text_slice(name, 0, text_find_byte(name, 0, ':'));
}

/* The folder as it is by now, names by what does not change of them. */
static void
maildir_names_look(struct maildir_names *names)
{
	struct error error;

	arena_clear(&names->present);
	struct maildir_names present = {.arena = &names->present, .path = names->path};
	names->looked = clock_monotonic_milliseconds();
	table_init(&names->by_base, &names->present);
	(void)maildir_names_read(&present, true, &error);
	(void)maildir_names_read(&present, false, &error);
	for (size_t i = 0; i < present.count; i++)
		table_set(&names->by_base,
		    maildir_names_base(text_from_string(present.items[i].name)), &present.items[i]);
}

static bool
maildir_names_is_same(const struct maildir_name *a, const struct maildir_name *b)
{
	return a->is_new == b->is_new && strcmp(a->name, b->name) == 0;
}

bool
maildir_names_find_again(struct maildir_names *names, struct maildir_name *name)
{
	char missed[NAME_MAX + 1];
	struct text whole = text_slice(text_from_string(name->name), 0, NAME_MAX);
	int64_t now = clock_monotonic_milliseconds();

	memcpy(missed, whole.data, whole.size);
	missed[whole.size] = '\0';
	const struct maildir_name gone = {missed, name->is_new};
	struct text base = maildir_names_base(text_from_string(missed));
	bool is_recent = names->looked != 0 && now - names->looked < MAILDIR_NAMES_PERIOD;
	const struct maildir_name *found =
	    names->looked != 0 ? table_find(&names->by_base, base) : NULL;
	/* A name that was there at the last look and is not now was changed since then. */
	if (found != NULL ? maildir_names_is_same(found, &gone) : !is_recent) {
		maildir_names_look(names);
		found = table_find(&names->by_base, base);
	}
	if (found == NULL || maildir_names_is_same(found, &gone))
		return false;
	*name = *found;
	return true;
}

void
maildir_names_close(struct maildir_names *names)
{
	arena_clear(&names->present);
	names->count = 0;
}

struct text
maildir_names_flags(struct text name)
{
	size_t at = text_find(name, 0, TEXT(":2,"));

	return at < name.size ? text_slice(name, at + 3, name.size) : TEXT("");
}
