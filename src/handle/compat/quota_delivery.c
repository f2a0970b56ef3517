/*
 * Deliveries within a quota; see quota_delivery.h.
 */
#include "handle/compat/quota_delivery.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/error.h"
#include "deliver/backend.h"
#include "handle/compat/maildir_making.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "system/signals.h"
#include "system/spool.h"

static int
quota_delivery_say(const struct quota_delivery *request, const char *what)
{
	fprintf(stderr, "%s: %s\n", request->name, what);
	return EX_TEMPFAIL;
}

static int
quota_delivery_lay(const struct quota_delivery *request, struct spool *spool, struct text bytes)
{
	static const struct envelope envelope = {0};
	struct delivery delivery = {
	    .arena = request->arena,
	    .settings = request->settings,
	    .envelope = &envelope,
	    .message = message_new(request->arena, bytes),
	    .spool = spool,
	    .destination = text_from_string(request->maildir),
	    .target = text_from_string(request->maildir),
	    .user = "",
	    .quota = request->quota,
	    .quota_warning = text_from_string(request->warning_file),
	    .quota_warning_percent = request->warning_percent,
	};
	struct outcome outcome = maildir_backend.deliver(&delivery);

	if (outcome.class == OUTCOME_DONE)
		return EX_OK;
	if (outcome.class == OUTCOME_NEVER) {
		/* What scripts look for, and where an MTA takes the text of its bounce from. */
		printf("Mail quota exceeded.\n");
		return EX_NOPERM;
	}
	return quota_delivery_say(request, outcome.reason);
}

int
quota_delivery_run(const struct quota_delivery *request, int input)
{
	const struct spool_plan plan = {
	    .directories = {arena_format(request->arena, "%s/tmp", request->maildir).data, "/tmp"}};
	struct error error = {.kind = ERROR_NONE};
	struct spool *spool = NULL;
	struct text bytes;

	signals_install(0);
	if (request->makes_parents &&
	    !maildir_making_provide_parents(request->arena, request->maildir, &error))
		return quota_delivery_say(request, error.text);
	if (!spool_receive(request->arena, input, &plan, &spool, &error))
		return quota_delivery_say(request, error.text);
	if (spool_size(spool) == 0) {
		spool_close(spool);
		return quota_delivery_say(
		    request, "there was no message on standard input: nothing is delivered");
	}
	int status = spool_map(spool, &bytes, &error) ? quota_delivery_lay(request, spool, bytes)
						      : quota_delivery_say(request, error.text);
	spool_close(spool);
	return status;
}
