/*
 * Laying messages into a Maildir; see maildir_drop.h.
 */
#include "handle/maildir_drop.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "deliver/backend.h"
#include "mail/envelope.h"
#include "mail/message.h"

static int64_t
maildir_drop_received(const struct mail_item *item)
{
	struct stat status;

	if (item->kind != MAIL_SOURCE_MAILDIR || item->path == NULL ||
	    stat(item->path, &status) < 0)
		return 0;
	return status.st_mtim.tv_sec;
}

bool
maildir_drop_add(const struct maildir_drop *drop, const struct mail_item *item, struct text bytes,
    struct error *error)
{
	static const struct envelope envelope = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct delivery delivery = {.arena = &arena,
	    .settings = drop->settings,
	    .envelope = &envelope,
	    .message = message_new(&arena, bytes),
	    .destination = text_from_string(drop->maildir),
	    .target = text_from_string(drop->maildir),
	    .user = "",
	    .flags = item->flags,
	    .received = maildir_drop_received(item)};
	struct outcome outcome = maildir_backend.deliver(&delivery);
	if (outcome.class != OUTCOME_DONE)
		error_set(error, ERROR_AGAIN, "%s", outcome.reason);
	arena_clear(&arena);
	return outcome.class == OUTCOME_DONE;
}
