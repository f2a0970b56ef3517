/*
 * One rename and what must be right before it; see maildir_move.h.
 */
#include "refile/maildir_move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "deliver/keywords.h"
#include "deliver/mailbox_folder.h"
#include "deliver/maildir_folder.h"
#include "deliver/quota.h"

enum { MAILDIR_MOVE_TRIES = 4 };

struct text
maildir_move_base(struct text name)
{
	return text_slice(name, 0, text_find_byte(name, 0, ':'));
}

struct text
maildir_move_letters(struct text name)
{
	struct text info = text_slice(name, maildir_move_base(name).size, name.size);

	return text_has_prefix(info, TEXT(":2,")) ? text_slice(info, 3, info.size) : TEXT("");
}

/* ---- quota ---- */

struct maildir_move_quota {
	bool adds, removes; /* at the target's, at the source's tree */
};

static bool
maildir_move_is_same(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

static bool
maildir_move_check_quota(
    const struct maildir_move *move, struct maildir_move_quota *quota_out, struct error *error)
{
	const struct refile_target *target = &move->verdict->target;
	const struct delivery *delivery = &target->delivery;
	struct arena *arena = move->arena;
	struct quota_limits limits;
	bool before = quota_is_counted(text_from_string(move->from), move->stored->flags);
	bool after = quota_is_counted(text_from_string(target->path), delivery->flags);
	bool is_same = maildir_move_is_same(
	    quota_find_root(arena, move->from), quota_find_root(arena, target->path));

	quota_out->adds = after && !(is_same && before);
	quota_out->removes = before && !(is_same && after);
	if (!quota_out->adds)
		return true;
	if (delivery->quota.size > 0 && !quota_parse(delivery->quota, &limits, error))
		return false;
	switch (quota_check(arena, target->path, delivery->quota.size > 0 ? &limits : NULL,
	    move->stored->bytes.size, error)) {
	case QUOTA_FITS:
		return true;
	case QUOTA_NONE:
		quota_out->adds = false;
		return true;
	case QUOTA_LATER:
		return false;
	case QUOTA_OVER:
		break;
	}
	return error_set(
	    error, ERROR_LIMIT, "the mailbox %s would be over its quota", target->path);
}

void
maildir_move_account(struct arena *arena, const char *from, struct text flags, uint64_t size)
{
	if (quota_is_counted(text_from_string(from), flags))
		quota_remove(arena, from, size);
}

/* ---- the name ---- */

static struct keywords_request
maildir_move_keywords(const struct maildir_move *move)
{
	const struct delivery *delivery = &move->verdict->target.delivery;

	return (struct keywords_request){
	    .arena = move->arena,
	    .settings = delivery->settings,
	    .maildir = move->verdict->target.path,
	    .keywords = delivery->keywords,
	};
}

static struct text
maildir_move_sort(struct arena *arena, struct text letters)
{
	char *sorted = arena_alloc(arena, 27);
	size_t count = 0;

	for (char letter = 'a'; letter <= 'z'; letter++)
		if (text_find_byte(letters, 0, letter) < letters.size)
			sorted[count++] = letter;
	return (struct text){sorted, count};
}

/* Where the message goes, with this base name. */
static const char *
maildir_move_name(struct maildir_move *move, struct text base, struct text keywords)
{
	const struct refile_verdict *verdict = move->verdict;
	struct text flags = verdict->target.delivery.flags;
	struct text info = text_slice(move->stored->name,
	    maildir_move_base(move->stored->name).size, move->stored->name.size);
	bool is_new = move->stored->is_new && flags.size + keywords.size == 0;

	move->directory =
	    arena_format(move->arena, "%s/%s", verdict->target.path, is_new ? "new" : "cur").data;
	if (flags.size + keywords.size > 0)
		info = arena_format(move->arena, ":2,%.*s%.*s", TEXT_ARGUMENTS(flags),
		    TEXT_ARGUMENTS(maildir_move_sort(move->arena, keywords)));
	else if (text_has_prefix(info, TEXT(":2,")))
		info = TEXT(":2,");
	return arena_format(
	    move->arena, "%s/%.*s%.*s", move->directory, TEXT_ARGUMENTS(base), TEXT_ARGUMENTS(info))
	    .data;
}

/* Renames, over nothing. Where the system cannot promise that, only to a name that nobody has. */
static bool
maildir_move_rename(const struct maildir_move *move, const char *name, bool is_own_name)
{
	if (fault_is_requested("refile-rename"))
		return false;
	if (renameat2(AT_FDCWD, move->path, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
		return true;
	if ((errno == EINVAL || errno == ENOSYS) && is_own_name)
		return rename(move->path, name) == 0;
	return false;
}

/* ---- the move ---- */

/* Something of the target was not there. */
static bool
maildir_move_provide(const struct maildir_move *move, struct error *error)
{
	const struct delivery *delivery = &move->verdict->target.delivery;
	struct delivery copy = *delivery;
	struct outcome outcome =
	    delivery->folder != NULL
		? mailbox_folder_provide(&copy, delivery->folder)
		: maildir_folder_provide(
		      move->arena, move->verdict->target.path, delivery->settings->create_folders);

	if (outcome.class == OUTCOME_DONE)
		return true;
	return error_set(error, ERROR_AGAIN, "%s", outcome.reason);
}

/* Gives the message its new name; false with error->number. */
static bool
maildir_move_place(struct maildir_move *move, const struct keywords *keywords, struct error *error)
{
	const struct keywords_request request = maildir_move_keywords(move);
	struct text base = maildir_move_base(move->stored->name);

	for (unsigned attempt = 0; attempt < MAILDIR_MOVE_TRIES; attempt++) {
		const char *name = maildir_move_name(move, base, keywords->letters);
		if (keywords->lines.size > 0 &&
		    !keywords_write(&request, keywords->lines, base, error))
			return false;
		if (maildir_move_rename(move, name, attempt > 0))
			return true;
		error_set_errno(error, "cannot rename %s to %s", move->path, name);
		if (keywords->lines.size > 0)
			keywords_remove(&request, base);
		if (error->number != EEXIST && error->number != EINVAL && error->number != ENOSYS)
			return false;
		base = refile_session_unique_name(
		    move->session, move->arena, move->stored->bytes.size);
	}
	return false;
}

static bool
maildir_move_try(struct maildir_move *move, struct error *error)
{
	const struct keywords_request request = maildir_move_keywords(move);
	struct keywords keywords = {.letters = TEXT("")};
	struct maildir_move_quota quota;

	if (!maildir_move_check_quota(move, &quota, error) ||
	    (request.keywords.size > 0 && !keywords_prepare(&request, &keywords, error)) ||
	    !maildir_move_place(move, &keywords, error))
		return false;
	struct keywords_request source = request;
	source.maildir = move->from;
	if (move->stored->keywords.size > 0)
		keywords_remove(&source, maildir_move_base(move->stored->name));
	if (quota.adds)
		quota_add(move->arena, move->verdict->target.path, move->stored->bytes.size);
	if (quota.removes)
		quota_remove(move->arena, move->from, move->stored->bytes.size);
	return true;
}

enum maildir_move_answer
maildir_move(struct maildir_move *move, struct error *error)
{
	struct stat source, target;
	const char *directory =
	    arena_format(move->arena, "%s/cur", move->verdict->target.path).data;

	if (stat(directory, &target) < 0) {
		if (errno != ENOENT) {
			error_set_errno(error, "cannot look at %s", directory);
			return MAILDIR_MOVE_FAILED;
		}
		if (!maildir_move_provide(move, error))
			return MAILDIR_MOVE_FAILED;
		if (stat(directory, &target) < 0) {
			error_set_errno(error, "cannot look at %s", directory);
			return MAILDIR_MOVE_FAILED;
		}
	}
	if (lstat(move->path, &source) < 0)
		return MAILDIR_MOVE_GONE;
	if (source.st_dev != target.st_dev)
		return MAILDIR_MOVE_ELSEWHERE;
	if (maildir_move_try(move, error))
		return MAILDIR_MOVE_DONE;
	if (error->number == EXDEV)
		return MAILDIR_MOVE_ELSEWHERE;
	return error->number == ENOENT && access(move->path, F_OK) < 0 ? MAILDIR_MOVE_GONE
								       : MAILDIR_MOVE_FAILED;
}
