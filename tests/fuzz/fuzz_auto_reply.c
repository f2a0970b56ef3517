/*
 * Fuzz target: the first line is the envelope sender ("-": none), the rest any message. Checked: who
 * may be answered is one address, why there is a guard is said, and the reply's header has the fields
 * that it should, each once, whatever the message held.
 */
#include <stdint.h>

#include "base/bug.h"
#include "mail/auto_reply.h"
#include "mail/compose_field.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_SIZE_MAX = 65536 };

static size_t
count_fields(struct text rest, struct text name, size_t *all_out)
{
	struct header_field field;
	size_t count = 0;

	*all_out = 0;
	while (header_next(&rest, &field)) {
		count += text_is_equal(field.name, name);
		++*all_out;
	}
	return count;
}

static void
check_header(struct arena *arena, const struct message *message, struct auto_reply_answer answer)
{
	static const char *const names[] = {
	    "To", "From", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"};
	const struct auto_reply_header header = {
	    .from = TEXT("Me <me@here.test>"), .message_id = TEXT("new@here.test")};
	struct buffer out;
	size_t all = 0, known = 0, column = 0;

	buffer_init(&out, 64 * FUZZ_SIZE_MAX);
	REQUIRE(auto_reply_append_header(arena, message, &answer, &header, TEXT("\n"), &out));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t count = count_fields(buffer_text(&out), text_from_string(names[i]), &all);
		REQUIRE(count <= 1);
		known += count;
	}
	REQUIRE(known == all && known >= 5);
	for (size_t i = 0; i < out.size; i++) {
		column = out.data[i] == '\n' ? 0 : column + 1;
		REQUIRE(column <= 998 && out.data[i] != '\0' && out.data[i] != '\r');
	}
	buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct text own[] = {{"me@here.test", 12}};
	struct text rest = {(const char *)data, size};
	struct arena arena;

	if (size > FUZZ_SIZE_MAX)
		return 0;
	arena_init(&arena, NULL, 0);
	struct text sender = text_split(&rest, '\n');
	bool has_sender = !text_is_equal(sender, TEXT("-"));
	const struct envelope envelope = {.has_sender = has_sender, .sender = sender};
	const struct message *message = message_new(&arena, rest);
	struct auto_reply_request request = {.message = message,
	    .envelope = &envelope,
	    .own_addresses = own,
	    .own_count = 1,
	    .trusts_header = true};
	struct auto_reply_answer answer = auto_reply_judge(&arena, &request);
	REQUIRE(answer.sentence.size > 0 && answer.sentence.size < 1024);
	REQUIRE(answer.may_reply == (answer.guard == NULL));
	if (has_sender && sender.size == 0)
		REQUIRE(!answer.may_reply);
	if (answer.may_reply) {
		REQUIRE(compose_field_is_spec(answer.recipient));
		check_header(&arena, message, answer);
		request.needs_own_address = true;
		struct auto_reply_answer strict = auto_reply_judge(&arena, &request);
		REQUIRE(strict.may_reply ||
			text_is_equal(text_from_string(strict.guard), TEXT("not-addressed")));
	}
	arena_clear(&arena);
	return 0;
}
