/*
 * Gathered writes; see message_sink.h.
 */
#include "handle/compat/message_sink.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "system/file.h"

void
message_sink_init(struct message_sink *sink, int descriptor, bool is_counted)
{
	sink->descriptor = descriptor;
	sink->is_counted = is_counted;
	sink->count = 0;
	sink->failure = 0;
	sink->used = 0;
}

static void
message_sink_put(struct message_sink *sink, struct text bytes)
{
	struct error error;

	if (sink->descriptor < 0 || sink->failure != 0 || bytes.size == 0)
		return;
	if (!file_write(sink->descriptor, bytes, "the output", &error))
		sink->failure = error.number != 0 ? error.number : EIO;
}

bool
message_sink_flush(struct message_sink *sink)
{
	message_sink_put(sink, (struct text){sink->memory, sink->used});
	sink->used = 0;
	return sink->failure == 0;
}

void
message_sink_print(struct message_sink *sink, struct text bytes)
{
	if (sink->descriptor < 0 || bytes.size == 0)
		return;
	if (bytes.size > sizeof sink->memory - sink->used)
		message_sink_flush(sink);
	if (bytes.size > sizeof sink->memory) {
		message_sink_put(sink, bytes);
		return;
	}
	memcpy(sink->memory + sink->used, bytes.data, bytes.size);
	sink->used += bytes.size;
}

void
message_sink_write(struct message_sink *sink, struct text bytes)
{
	if (sink->is_counted)
		sink->count += bytes.size;
	else
		message_sink_print(sink, bytes);
}
