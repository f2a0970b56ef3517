/*
 * Duplicates; see dedupe_command.h. One pass finds the keys of all messages; a copy is dealt with in
 * that pass, when the one that stays has been seen. Before a copy is touched the one that stays is read
 * again.
 */
#include "handle/dedupe_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/json.h"
#include "base/table.h"
#include "handle/duplicate_key.h"
#include "handle/mail_output.h"
#include "handle/maildir_drop.h"
#include "handle/maildir_names.h"
#include "handle/mbox_writer.h"
#include "handle/progress.h"
#include "system/file.h"
#include "system/mapped_file.h"
#include "system/signals.h"

/* A message that stays. */
struct kept_message {
	const char *place;
	const char *path; /* of its own file; NULL: in an mbox */
	char bytes[DIGEST_HEX_SIZE], content[DIGEST_HEX_SIZE];
	struct kept_message *other; /* the first with a file, when this one has none; or NULL */
};

enum dedupe_likeness { DEDUPE_SAME_BYTES, DEDUPE_SAME_CONTENT, DEDUPE_SAME_ID };

struct dedupe_command {
	const struct dedupe_request *request;
	struct arena *kept, *passed;
	struct mail_source *source;
	struct mail_output output;
	struct progress progress;
	struct table by_key, by_inode;
	struct mbox_writer writer;
	const char *temporary; /* of the new mbox */
	uint64_t messages, copies, removed;
	int status;
};

static void
dedupe_fail(struct dedupe_command *command, const struct error *error, int status)
{
	progress_clear(&command->progress);
	mail_output_complain(&command->output, error);
	if (command->status == EX_OK)
		command->status = status;
}

/* --- Touching a copy ---------------------------------------------------------------------------- */

/* Is the message that stays still there, under its name or, in a Maildir, under one with other flags,
 * and the same? */
static bool
dedupe_is_still_there(struct dedupe_command *command, const struct kept_message *kept)
{
	struct mapped_file file;
	struct error error;
	int descriptor = open(kept->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (descriptor < 0 || !mapped_file_open(descriptor, kept->path, &file, &error))
		return false;
	struct duplicate_key key = duplicate_key_find(command->passed, file.bytes);
	bool is_same = strcmp(key.bytes, kept->bytes) == 0 && mapped_file_is_whole(&file);
	mapped_file_close(&file);
	return is_same;
}

static bool
dedupe_remove(const struct mail_item *item, struct error *error)
{
	struct stat status;

	if (fault_is_requested("dedupe-unlink") || unlink(item->path) < 0)
		return error_set_errno(error, "cannot remove %s", item->path);
	if (fault_is_requested("dedupe-sync-directory"))
		return error_set_errno(error, "cannot sync the directory of %s", item->path);
	struct text directory = file_directory(item->path);
	char path[4096];
	if (directory.size >= sizeof path || lstat(item->path, &status) == 0)
		return true;
	memcpy(path, directory.data, directory.size);
	path[directory.size] = '\0';
	return file_sync_directory(path, error);
}

/* Why the copy is left alone; NULL: it may be touched. */
static const char *
dedupe_find_obstacle(struct dedupe_command *command, const struct mail_item *item,
    const struct kept_message *kept, enum dedupe_likeness likeness)
{
	if (item->kind != MAIL_SOURCE_MAILDIR)
		return "it is not in a Maildir";
	if (kept == NULL)
		return "the one that stays is in an mbox, which may change: this one stays, too";
	if (likeness == DEDUPE_SAME_ID && !command->request->trusts_id)
		return "only the Message-ID is the same; --message-id-only trusts it";
	if (!mail_source_is_whole(command->source))
		return "it is being changed";
	if (!dedupe_is_still_there(command, kept))
		return "the one that stays was moved or changed meanwhile";
	return NULL;
}

static bool
dedupe_touch(struct dedupe_command *command, const struct mail_item *item)
{
	const struct dedupe_request *request = command->request;
	const struct maildir_drop drop = {
	    .settings = request->settings, .maildir = request->move_to};
	struct error error;

	if (request->move_to != NULL && !maildir_drop_add(&drop, item, item->bytes, &error)) {
		dedupe_fail(command, &error, EX_TEMPFAIL);
		return false;
	}
	if (!dedupe_remove(item, &error)) {
		dedupe_fail(command, &error, EX_TEMPFAIL);
		return false;
	}
	command->removed++;
	return true;
}

/* --- Reports ------------------------------------------------------------------------------------ */

static const char *
dedupe_likeness_word(enum dedupe_likeness likeness)
{
	switch (likeness) {
	case DEDUPE_SAME_BYTES:
		return "bytes";
	case DEDUPE_SAME_CONTENT:
		return "content";
	case DEDUPE_SAME_ID:
		break;
	}
	return "id";
}

static const char *
dedupe_likeness_sentence(enum dedupe_likeness likeness, bool has_id)
{
	switch (likeness) {
	case DEDUPE_SAME_BYTES:
		return "the same bytes";
	case DEDUPE_SAME_CONTENT:
		return "the same but for fields of its delivery";
	case DEDUPE_SAME_ID:
		break;
	}
	return has_id ? "the same Message-ID, but other content"
		      : "the same body and main fields, but other fields";
}

static void
dedupe_report(struct dedupe_command *command, const struct mail_item *item,
    const struct kept_message *kept, enum dedupe_likeness likeness, const char *action,
    const char *obstacle, struct text id)
{
	struct buffer *out = &command->output.buffer;
	struct json_writer json;

	progress_clear(&command->progress);
	if (command->request->is_json) {
		json_init(&json, out);
		json_begin_object(&json);
		json_member_text(&json, "copy", item->place);
		json_member_text(&json, "kept", text_from_string(kept->place));
		json_member_text(&json, "same", text_from_string(dedupe_likeness_word(likeness)));
		json_member_text(&json, "message_id", id);
		json_member_text(&json, "action", text_from_string(action));
		json_name(&json, "obstacle");
		if (obstacle != NULL)
			json_text(&json, text_from_string(obstacle));
		else
			json_null(&json);
		json_end_object(&json);
	} else {
		mail_output_line(&command->output, TERMINAL_STRONG, item->place);
		buffer_append(out, TEXT(": "));
		buffer_append_format(out, "%s: a copy of ", action);
		mail_output_line(&command->output, TERMINAL_PLAIN, text_from_string(kept->place));
		buffer_append_format(out, ", %s", dedupe_likeness_sentence(likeness, id.size > 0));
		if (obstacle != NULL)
			buffer_append_format(out, "; left alone: %s", obstacle);
	}
	buffer_append_byte(out, '\n');
	mail_output_step(&command->output);
}

/* --- One message -------------------------------------------------------------------------------- */

static void
dedupe_keep(struct dedupe_command *command, const struct mail_item *item,
    const struct duplicate_key *key, struct text group, struct kept_message *first)
{
	struct kept_message *kept = arena_alloc(command->kept, sizeof *kept);
	bool has_file = item->path != NULL && item->kind != MAIL_SOURCE_MBOX;

	kept->place = arena_copy_string(command->kept, item->place);
	if (has_file)
		kept->path = arena_copy_string(command->kept, text_from_string(item->path));
	memcpy(kept->bytes, key->bytes, sizeof kept->bytes);
	memcpy(kept->content, key->content, sizeof kept->content);
	if (first == NULL)
		table_set(&command->by_key, group, kept);
	else
		first->other = kept;
}

/* The same file under another name, or the same folder given twice: no copy. */
static bool
dedupe_is_same_file(struct dedupe_command *command, const struct mail_item *item)
{
	struct stat status;

	if (item->path == NULL || item->kind == MAIL_SOURCE_MBOX || stat(item->path, &status) < 0)
		return false;
	struct text key = arena_format(command->passed, "%llu:%llu",
	    (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
	bool is_known = table_find(&command->by_inode, key) != NULL;
	if (!is_known)
		table_set(&command->by_inode, key, command);
	return is_known;
}

static void
dedupe_copy(struct dedupe_command *command, const struct mail_item *item,
    const struct duplicate_key *key, struct kept_message *first, struct text group)
{
	const struct dedupe_request *request = command->request;
	const struct kept_message *filed = first->path != NULL ? first : first->other;
	const struct kept_message *compared = filed != NULL ? filed : first;
	bool acts = request->deletes || request->move_to != NULL;
	const char *action = "copy", *obstacle = NULL;
	enum dedupe_likeness likeness = DEDUPE_SAME_ID;

	if (strcmp(key->bytes, compared->bytes) == 0)
		likeness = DEDUPE_SAME_BYTES;
	else if (strcmp(key->content, compared->content) == 0)
		likeness = DEDUPE_SAME_CONTENT;
	command->copies++;
	if (acts)
		obstacle = dedupe_find_obstacle(command, item, filed, likeness);
	if (acts && obstacle == NULL && dedupe_touch(command, item))
		action = request->deletes ? "deleted" : "moved";
	dedupe_report(command, item, compared, likeness, action, obstacle, key->id);
	if (filed == NULL && item->path != NULL && item->kind != MAIL_SOURCE_MBOX)
		dedupe_keep(command, item, key, group, first);
}

static bool
dedupe_write(struct dedupe_command *command, const struct mail_item *item)
{
	struct error error;

	if (command->request->new_mbox == NULL)
		return true;
	if (!mail_source_is_whole(command->source))
		return false;
	if (mbox_writer_add(&command->writer, item, &error))
		return true;
	dedupe_fail(command, &error, EX_IOERR);
	return false;
}

/* False: no use to go on. */
static bool
dedupe_look(struct dedupe_command *command, const struct mail_item *item)
{
	if (dedupe_is_same_file(command, item))
		return true;
	struct duplicate_key key = duplicate_key_find(command->passed, item->bytes);
	bool by_id = key.id.size > 0 && !command->request->by_content;
	struct text value = by_id ? key.id : text_from_string(key.summary);
	struct text group = arena_format(
	    command->passed, "%s%.*s", by_id ? "id:" : "content:", TEXT_ARGUMENTS(value));
	struct kept_message *first = table_find(&command->by_key, group);

	command->messages++;
	if (first != NULL) {
		dedupe_copy(command, item, &key, first, group);
		/* Other content under the same id is no copy that may get lost. */
		bool is_lost = command->request->trusts_id || by_id == false ||
			       strcmp(key.content, first->content) == 0;
		return is_lost || dedupe_write(command, item);
	}
	dedupe_keep(command, item, &key, group, NULL);
	return dedupe_write(command, item);
}

/* --- The new mbox ------------------------------------------------------------------------------- */

static bool
dedupe_open_mbox(struct dedupe_command *command, struct error *error)
{
	const char *path = command->request->new_mbox;

	if (path == NULL)
		return true;
	if (access(path, F_OK) == 0)
		return error_set(
		    error, ERROR_REFUSE, "%s is there already: nothing is written over", path);
	const char *name = arena_format(command->kept, "%s.culver-%ld", path, (long)getpid()).data;
	int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", name);
	command->temporary = name;
	mbox_writer_init(&command->writer, descriptor, name);
	return true;
}

/* The mbox gets its name when it is whole and safe. */
static void
dedupe_close_mbox(struct dedupe_command *command)
{
	const char *path = command->request->new_mbox;
	struct error error;
	bool is_whole = command->status == EX_OK;

	if (command->temporary == NULL)
		return;
	if (is_whole && (!mbox_writer_flush(&command->writer, &error) ||
			    !file_sync(command->writer.descriptor, command->temporary, &error))) {
		dedupe_fail(command, &error, EX_IOERR);
		is_whole = false;
	}
	close(command->writer.descriptor);
	if (is_whole && link(command->temporary, path) < 0) {
		error_set_errno(&error, "cannot create %s", path);
		dedupe_fail(command, &error, errno == EEXIST ? EX_CANTCREAT : EX_IOERR);
	}
	unlink(command->temporary);
	const char *directory = arena_copy_string(command->kept, file_directory(path));
	if (is_whole && !file_sync_directory(directory, &error))
		dedupe_fail(command, &error, EX_IOERR);
	mbox_writer_clear(&command->writer);
}

static void
dedupe_walk(struct dedupe_command *command)
{
	struct mail_item item;
	struct error error;

	for (;;) {
		if (!mail_source_next(command->source, &item, &error)) {
			if (error.text[0] == '\0')
				break;
			dedupe_fail(command, &error, EX_NOINPUT);
			continue;
		}
		if (!dedupe_look(command, &item))
			break;
		progress_step(&command->progress, command->source);
		arena_clear(command->passed);
		if (signals_pending() != 0) {
			error_set(&error, ERROR_AGAIN, "stopped by %s",
			    signals_describe(signals_pending()));
			dedupe_fail(command, &error, EX_TEMPFAIL);
			break;
		}
	}
}

/* What came to a Maildir that is read would be taken for copies, and moved once more. */
static bool
dedupe_moves_to_source(const struct dedupe_request *request, struct error *error)
{
	struct stat target, source;

	if (request->move_to == NULL || stat(request->move_to, &target) < 0)
		return false;
	for (size_t i = 0; i < request->path_count; i++)
		if (stat(request->paths[i], &source) == 0 && source.st_dev == target.st_dev &&
		    source.st_ino == target.st_ino)
			return !error_set(error, ERROR_INPUT,
			    "%s is also read: give a Maildir of its own for the copies",
			    request->move_to);
	return false;
}

int
dedupe_command_run(struct arena *arena, const struct dedupe_request *request)
{
	struct arena passed;
	struct dedupe_command command = {.request = request, .kept = arena, .passed = &passed};
	struct mail_source_options options = request->source;
	struct error error;

	/* As they lie in the mbox, so that they can be written again byte for byte. */
	options.keeps_quoting = request->new_mbox != NULL;
	arena_init(&passed, NULL, 0);
	table_init(&command.by_key, arena);
	table_init(&command.by_inode, arena);
	mail_output_init(&command.output, "dedupe", request->colour);
	progress_begin(&command.progress, "comparing", request->is_quiet, false);
	if (dedupe_moves_to_source(request, &error)) {
		dedupe_fail(&command, &error, EX_USAGE);
		return mail_output_end(&command.output, command.status);
	}
	if (!dedupe_open_mbox(&command, &error)) {
		dedupe_fail(&command, &error, error.kind == ERROR_REFUSE ? EX_CANTCREAT : EX_IOERR);
		return mail_output_end(&command.output, command.status);
	}
	command.source = mail_source_open(arena, request->paths, request->path_count, &options);
	dedupe_walk(&command);
	progress_clear(&command.progress);
	mail_source_close(command.source);
	dedupe_close_mbox(&command);
	if (!request->is_json)
		buffer_append_format(&command.output.buffer,
		    "%llu message%s, %llu cop%s, %llu %s\n", (unsigned long long)command.messages,
		    command.messages == 1 ? "" : "s", (unsigned long long)command.copies,
		    command.copies == 1 ? "y" : "ies", (unsigned long long)command.removed,
		    request->move_to != NULL ? "moved" : "deleted");
	arena_clear(&passed);
	return mail_output_end(&command.output, command.status);
}
