/*
 * Keys of messages; see duplicate_key.h. Each piece that is digested is preceded by its size, so that
 * no two different messages come to the same bytes.
 */
#include "handle/duplicate_key.h"

#include "base/number.h"
#include "mail/header.h"
#include "mail/message_id.h"

static void
duplicate_add(struct digest *digest, struct text piece)
{
	char digits[NUMBER_DIGITS_MAX];

	digest_add(digest, number_format_unsigned(piece.size, digits));
	digest_add(digest, TEXT(":"));
	digest_add(digest, piece);
}

static bool
duplicate_is_named(struct text name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_is_equal_nocase(name, text_from_string(names[i])))
			return true;
	return false;
}

/* Written by each delivery or by the mailbox (RFC 5321, 4.4; c-client and mutt). */
static bool
duplicate_is_trace(struct text name)
{
	static const char *const names[] = {"Return-Path", "Received", "Delivered-To",
	    "X-Original-To", "Envelope-To", "X-Envelope-From", "X-Envelope-To", "Status",
	    "X-Status", "X-UID", "X-UIDL", "X-Keywords", "X-IMAP", "X-IMAPbase", "X-Mozilla-Status",
	    "X-Mozilla-Status2", "X-Mozilla-Keys", "Content-Length", "Lines"};

	return duplicate_is_named(name, names, sizeof names / sizeof *names);
}

static bool
duplicate_is_shown(struct text name)
{
	static const char *const names[] = {"From", "To", "Cc", "Subject", "Date", "Message-ID"};

	return duplicate_is_named(name, names, sizeof names / sizeof *names);
}

/* The lines of the body, each without its line end; empty ones at the end are left out. */
static void
duplicate_add_body(struct digest *digest, struct text body)
{
	while (
	    body.size > 0 && (body.data[body.size - 1] == '\n' || body.data[body.size - 1] == '\r'))
		body.size--;
	while (body.size > 0) {
		struct text line = text_split(&body, '\n');
		if (line.size > 0 && line.data[line.size - 1] == '\r')
			line.size--;
		digest_add(digest, line);
		digest_add(digest, TEXT("\n"));
	}
}

struct duplicate_key
duplicate_key_find(struct arena *arena, struct text message)
{
	struct duplicate_key key = {0};
	struct digest bytes, content, summary;
	size_t header_size, body_start;
	struct header_field field;
	struct text id;

	digest_init(&bytes);
	digest_init(&content);
	digest_init(&summary);
	header_find_end(message, &header_size, &body_start);
	struct text rest = text_slice(message, 0, header_size);
	while (header_next(&rest, &field)) {
		struct text value = header_unfold(arena, field.body);
		if (key.id.size == 0 && text_is_equal_nocase(field.name, TEXT("Message-ID")) &&
		    message_id_parse(arena, field.body, &id))
			key.id = arena_copy_text(arena, id);
		if (!duplicate_is_trace(field.name)) {
			duplicate_add(&content, field.name);
			duplicate_add(&content, value);
		}
		if (duplicate_is_shown(field.name)) {
			duplicate_add(&summary, field.name);
			duplicate_add(&summary, value);
		}
	}
	duplicate_add_body(&content, text_slice(message, body_start, message.size));
	duplicate_add_body(&summary, text_slice(message, body_start, message.size));
	digest_add(&bytes, message);
	digest_format(&bytes, key.bytes);
	digest_format(&content, key.content);
	digest_format(&summary, key.summary);
	return key;
}
