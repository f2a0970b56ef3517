/*
 * The newest message of a Maildir as an answer; see answer_draft.h.
 */
#include "handle/compat/answer_draft.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "mail/header.h"
#include "system/file.h"

enum { ANSWER_DRAFT_MAX = 64 * 1024 * 1024 };

struct answer_draft {
	const char *path; /* NULL: none yet */
	struct timespec time;
};

static void
answer_draft_look(
    struct arena *arena, const char *maildir, const char *folder, struct answer_draft *draft)
{
	struct stat status;
	const char *directory = arena_format(arena, "%s/%s", maildir, folder).data;
	DIR *entries = opendir(directory);

	if (entries == NULL)
		return;
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		const char *path = arena_format(arena, "%s/%s", directory, entry->d_name).data;
		if (entry->d_name[0] == '.' || lstat(path, &status) < 0 || !S_ISREG(status.st_mode))
			continue;
		if (draft->path != NULL && (status.st_mtim.tv_sec < draft->time.tv_sec ||
					       (status.st_mtim.tv_sec == draft->time.tv_sec &&
						   status.st_mtim.tv_nsec < draft->time.tv_nsec)))
			continue;
		*draft = (struct answer_draft){path, status.st_mtim};
	}
	closedir(entries);
}

bool
answer_draft_read(struct arena *arena, const char *maildir, struct text *part_out,
    bool *is_empty_out, struct error *error)
{
	struct answer_draft draft = {.path = NULL};
	struct header_field field;
	struct text bytes;
	struct buffer part;
	size_t header_size, body;

	answer_draft_look(arena, maildir, "new", &draft);
	answer_draft_look(arena, maildir, "cur", &draft);
	*is_empty_out = draft.path == NULL;
	if (draft.path == NULL)
		return false;
	if (!file_read(arena, draft.path, ANSWER_DRAFT_MAX, &bytes, error))
		return false;
	header_find_end(bytes, &header_size, &body);
	struct text rest = text_slice(bytes, 0, header_size);
	buffer_init(&part, 2 * (size_t)ANSWER_DRAFT_MAX);
	while (header_next(&rest, &field))
		if (text_has_prefix_nocase(field.name, TEXT("Content-")))
			buffer_append(&part, field.raw);
	buffer_append_byte(&part, '\n');
	buffer_append(&part, text_slice(bytes, body, bytes.size));
	*part_out = arena_copy_text(arena, buffer_text(&part));
	buffer_clear(&part);
	return true;
}
