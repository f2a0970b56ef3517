/*
 * The table of back ends, and how a destination's text chooses one; see destination.h.
 */
#include "deliver/destination.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "deliver/mailbox_folder.h"

/* Destinations that their first byte names; everything else is a path. */
static const struct {
	char mark;
	const struct backend *backend;
} destination_marks[] = {
    {'|', &pipe_command_backend},
    {'!', &forward_backend},
};

/* The path with a leading "~/" replaced by the home. */
static struct text
destination_expand_home(struct arena *arena, struct text path, struct text home)
{
	if (!text_has_prefix(path, TEXT("~/")))
		return path;
	path = text_slice(path, 1, path.size);
	return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENTS(home), TEXT_ARGUMENTS(path));
}

static bool
destination_is_directory(struct arena *arena, struct text path)
{
	struct stat status;

	if (text_has_suffix(path, TEXT("/")))
		return true;
	return stat(arena_copy_string(arena, path), &status) == 0 && S_ISDIR(status.st_mode);
}

bool
destination_runs_command(enum destination_form form, struct text destination)
{
	if (form != DESTINATION_WRITTEN)
		return form == DESTINATION_ARGUMENTS;
	destination = text_trim(destination);
	for (size_t i = 0; i < sizeof destination_marks / sizeof *destination_marks; i++)
		if (destination.size > 0 && destination.data[0] == destination_marks[i].mark)
			return destination_marks[i].backend->privilege == PRIVILEGE_EXECUTE;
	return false;
}

bool
destination_is_maildir(struct arena *arena, struct text destination)
{
	return destination.size > 0 && destination.data[0] != '|' && destination.data[0] != '!' &&
	       destination_is_directory(arena, destination);
}

/* The back end for delivery->destination; sets delivery->target. */
static const struct backend *
destination_find_written(struct delivery *delivery, struct text home)
{
	struct text destination = text_trim(delivery->destination);

	for (size_t i = 0; i < sizeof destination_marks / sizeof *destination_marks; i++) {
		if (destination.size > 0 && destination.data[0] == destination_marks[i].mark) {
			delivery->target = text_trim(text_slice(destination, 1, destination.size));
			return destination_marks[i].backend;
		}
	}
	if (text_is_equal(destination, TEXT("/dev/null")))
		return &discard_backend;
	delivery->target = destination_expand_home(delivery->arena, destination, home);
	if (destination_is_directory(delivery->arena, delivery->target))
		return &maildir_backend;
	return &mbox_backend;
}

/* A folder by its name. */
static const struct backend *
destination_find_mailbox(struct delivery *delivery, struct outcome *outcome_out)
{
	struct mailbox_folder *folder = arena_alloc(delivery->arena, sizeof *folder);
	struct error error;

	if (!mailbox_folder_find(delivery, folder, &error)) {
		*outcome_out =
		    outcome_later(delivery->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
		return NULL;
	}
	delivery->folder = folder;
	delivery->target = text_from_string(folder->path);
	return &maildir_backend;
}

/* What the text of a destination cannot be. */
static const char *
destination_object(struct text destination)
{
	if (destination.size == 0)
		return "the rules deliver to an empty destination: give a mailbox, a |command or "
		       "an !address";
	if (text_find_byte(destination, 0, '\0') < destination.size)
		return "the destination holds a NUL byte: no file or command can be named so";
	return NULL;
}

const struct backend *
destination_find(struct delivery *delivery, struct text home, struct outcome *outcome_out)
{
	struct text destination = text_trim(delivery->destination);

	if (delivery->form == DESTINATION_MAILBOX)
		return destination_find_mailbox(delivery, outcome_out);
	if (delivery->form == DESTINATION_ARGUMENTS)
		return &pipe_program_backend;
	const char *objection = destination_object(destination);
	if (objection != NULL) {
		*outcome_out =
		    outcome_later(delivery->arena, STATUS_SYSTEM_CONFIGURATION, "%s", objection);
		return NULL;
	}
	const struct backend *backend = destination_find_written(delivery, home);
	if (delivery->target.size > 0 || backend == &discard_backend)
		return backend;
	*outcome_out = outcome_later(delivery->arena, STATUS_SYSTEM_CONFIGURATION,
	    "the destination \"%.*s\" names nothing behind its mark", TEXT_ARGUMENTS(destination));
	return NULL;
}

struct outcome
destination_deliver(struct delivery *delivery, struct text home, const struct backend **backend_out)
{
	struct outcome outcome;

	*backend_out = destination_find(delivery, home, &outcome);
	return *backend_out == NULL ? outcome : (*backend_out)->deliver(delivery);
}
