/*
 * Messages in one digest; see mail_digest.h.
 */
#include "handle/compat/mail_digest.h"

#include "base/vector.h"
#include "handle/compat/fresh_boundary.h"
#include "handle/compat/whole_input.h"
#include "system/file.h"

struct mail_digest {
	struct text *messages;
	size_t count, capacity;
};

static bool
mail_digest_add(
    struct arena *arena, struct mail_digest *digest, const char *path, struct error *error)
{
	struct text message;

	if (!file_read(arena, path, MAIL_DIGEST_FILE_MAX, &message, error))
		return false;
	digest->messages = vector_grow(
	    arena, digest->messages, digest->count, &digest->capacity, sizeof *digest->messages);
	digest->messages[digest->count++] = message;
	return true;
}

static bool
mail_digest_add_listed(struct arena *arena, struct mail_digest *digest, struct error *error)
{
	struct whole_input input;
	bool is_good = whole_input_read(arena, &input, error);

	if (!is_good)
		return false;
	for (struct text rest = input.bytes; rest.size > 0 && is_good;) {
		struct text name = text_trim(text_split(&rest, '\n'));
		if (name.size > 0)
			is_good =
			    mail_digest_add(arena, digest, arena_copy_string(arena, name), error);
	}
	whole_input_close(&input);
	return is_good;
}

static struct text
mail_digest_boundary(struct arena *arena, const struct mail_digest *digest)
{
	for (;;) {
		struct text boundary = fresh_boundary_new(arena, TEXT(""));
		size_t i = 0;
		while (i < digest->count &&
		       text_find(digest->messages[i], 0, boundary) == digest->messages[i].size)
			i++;
		if (i == digest->count)
			return boundary;
	}
}

bool
mail_digest_write(
    struct arena *arena, char *const *paths, struct message_sink *sink, struct error *error)
{
	struct mail_digest digest = {.count = 0};

	if (*paths == NULL && !mail_digest_add_listed(arena, &digest, error))
		return false;
	for (; *paths != NULL; paths++)
		if (!mail_digest_add(arena, &digest, *paths, error))
			return false;
	struct text boundary = mail_digest_boundary(arena, &digest);
	message_sink_write(
	    sink, arena_format(arena,
		      "Mime-Version: 1.0\nContent-Type: multipart/digest; boundary=\"%.*s\"\n\n%s",
		      TEXT_ARGUMENTS(boundary), FRESH_BOUNDARY_PREAMBLE));
	for (size_t i = 0; i < digest.count; i++) {
		message_sink_write(
		    sink, arena_format(arena, "\n--%.*s\nContent-Type: message/rfc822\n\n",
			      TEXT_ARGUMENTS(boundary)));
		message_sink_write(sink, digest.messages[i]);
	}
	message_sink_write(sink, arena_format(arena, "\n--%.*s--\n", TEXT_ARGUMENTS(boundary)));
	return true;
}
