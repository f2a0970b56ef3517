/*
 * Status and its kin; see mailbox_fields.h. The letters are those that c-client began with and
 * Dovecot, Mutt and others share.
 */
#include "refile/mailbox_fields.h"

#include <string.h>

#include "base/buffer.h"
#include "mail/header.h"
#include "mail/header_edit.h"

enum {
	MAILBOX_FIELDS_VALUE_MAX = 4096, /* bytes of one field that are looked at */
	MAILBOX_FIELDS_KEYWORDS_MAX = 65536,
};

/* Letters of a field, and of a Maildir. */
static const struct {
	bool is_status; /* Status; else X-Status */
	char mbox, maildir;
} mailbox_fields_letters[] = {
    {true, 'R', 'S'},
    {false, 'A', 'R'},
    {false, 'F', 'F'},
    {false, 'T', 'D'},
    {false, 'D', 'T'},
};

enum { MAILBOX_FIELDS_LETTERS = sizeof mailbox_fields_letters / sizeof *mailbox_fields_letters };

static bool
mailbox_fields_is_one(struct text name)
{
	static const char *const names[] = {
	    "Status", "X-Status", "X-Keywords", "X-UID", "X-IMAP", "X-IMAPbase", "Content-Length"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (text_is_equal_nocase(name, text_from_string(names[i])))
			return true;
	return false;
}

static bool
mailbox_fields_has(struct text letters, char letter)
{
	return text_find_byte(letters, 0, letter) < letters.size;
}

static void
mailbox_fields_note(struct arena *arena, const struct header_field *field, bool is_status,
    struct mailbox_fields *fields)
{
	struct text value = text_slice(field->body, 0, MAILBOX_FIELDS_VALUE_MAX);

	for (size_t i = 0; i < MAILBOX_FIELDS_LETTERS; i++) {
		char letter = mailbox_fields_letters[i].maildir;
		if (mailbox_fields_letters[i].is_status == is_status &&
		    mailbox_fields_has(value, mailbox_fields_letters[i].mbox) &&
		    !mailbox_fields_has(fields->flags, letter))
			fields->flags =
			    arena_format(arena, "%.*s%c", TEXT_ARGUMENTS(fields->flags), letter);
	}
	if (is_status && mailbox_fields_has(value, 'O'))
		fields->is_old = true;
}

static void
mailbox_fields_note_keywords(
    struct arena *arena, const struct header_field *field, struct mailbox_fields *fields)
{
	struct text rest =
	    header_unfold(arena, text_slice(field->body, 0, MAILBOX_FIELDS_VALUE_MAX));

	while (rest.size > 0 && fields->keywords.size < MAILBOX_FIELDS_KEYWORDS_MAX) {
		struct text word = text_trim(text_split(&rest, ' '));
		if (word.size > 0)
			fields->keywords =
			    arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENTS(fields->keywords),
				fields->keywords.size > 0 ? "," : "", TEXT_ARGUMENTS(word));
	}
}

static void
mailbox_fields_look(
    struct arena *arena, const struct header_field *field, struct mailbox_fields *fields)
{
	if (text_is_equal_nocase(field->name, TEXT("Status")))
		mailbox_fields_note(arena, field, true, fields);
	else if (text_is_equal_nocase(field->name, TEXT("X-Status")))
		mailbox_fields_note(arena, field, false, fields);
	else if (text_is_equal_nocase(field->name, TEXT("X-Keywords")))
		mailbox_fields_note_keywords(arena, field, fields);
}

struct text
mailbox_fields_take(struct arena *arena, struct text message, struct mailbox_fields *fields_out)
{
	struct header_field field;
	size_t header_size, body_start, kept = 0;
	char *bytes = NULL;
	bool has_base = false, has_title = false;

	*fields_out = (struct mailbox_fields){.flags = TEXT("")};
	header_find_end(message, &header_size, &body_start);
	struct text rest = text_slice(message, 0, header_size);
	while (header_next(&rest, &field)) {
		size_t start = (size_t)(field.raw.data - message.data);
		bool is_one = mailbox_fields_is_one(field.name);
		has_base = has_base || text_has_prefix_nocase(field.name, TEXT("X-IMAP"));
		has_title = has_title || (text_is_equal_nocase(field.name, TEXT("Subject")) &&
					     text_find(field.body, 0,
						 TEXT("FOLDER INTERNAL DATA")) < field.body.size);
		if (is_one)
			mailbox_fields_look(arena, &field, fields_out);
		if (is_one && bytes == NULL) {
			bytes = arena_alloc_bytes(arena, message.size);
			memcpy(bytes, message.data, start);
			kept = start;
		}
		if (bytes != NULL && !is_one) {
			memcpy(bytes + kept, field.raw.data, field.raw.size);
			kept += field.raw.size;
		}
	}
	fields_out->is_internal = has_base && has_title;
	if (bytes == NULL)
		return message;
	memcpy(bytes + kept, message.data + header_size, message.size - header_size);
	return (struct text){bytes, kept + message.size - header_size};
}

static struct text
mailbox_fields_format_letters(
    struct arena *arena, const struct mailbox_fields *fields, bool is_status)
{
	struct text letters = TEXT("");

	for (size_t i = 0; i < MAILBOX_FIELDS_LETTERS; i++)
		if (mailbox_fields_letters[i].is_status == is_status &&
		    mailbox_fields_has(fields->flags, mailbox_fields_letters[i].maildir))
			letters = arena_format(arena, "%.*s%c", TEXT_ARGUMENTS(letters),
			    mailbox_fields_letters[i].mbox);
	if (is_status && fields->is_old)
		letters = arena_format(arena, "%.*sO", TEXT_ARGUMENTS(letters));
	return letters;
}

static struct text
mailbox_fields_format_keywords(struct arena *arena, const struct mailbox_fields *fields)
{
	struct text rest = fields->keywords, words = TEXT("");

	if (mailbox_fields_has(fields->flags, 'P'))
		words = TEXT("$Forwarded");
	while (rest.size > 0) {
		struct text word = text_trim(text_split(&rest, ','));
		if (word.size > 0)
			words = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENTS(words),
			    words.size > 0 ? " " : "", TEXT_ARGUMENTS(word));
	}
	return words;
}

struct text
mailbox_fields_put(struct arena *arena, struct text message, const struct mailbox_fields *fields)
{
	const struct header_edit all[] = {
	    {HEADER_EDIT_ADD, TEXT("X-Keywords"), mailbox_fields_format_keywords(arena, fields)},
	    {HEADER_EDIT_ADD, TEXT("X-Status"),
		mailbox_fields_format_letters(arena, fields, false)},
	    {HEADER_EDIT_ADD, TEXT("Status"), mailbox_fields_format_letters(arena, fields, true)},
	};
	struct header_edit edits[sizeof all / sizeof *all];
	size_t header_size, body_start, count = 0;
	struct buffer out;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].value.size > 0)
			edits[count++] = all[i];
	if (count == 0)
		return message;
	header_find_end(message, &header_size, &body_start);
	buffer_init(&out, message.size + 4 * MAILBOX_FIELDS_KEYWORDS_MAX);
	bool fits = header_edit_apply(text_slice(message, 0, header_size),
			header_edit_line_end(message), edits, count, &out) &&
		    buffer_append(&out, text_slice(message, header_size, message.size));
	struct text result = fits ? arena_copy_text(arena, buffer_text(&out)) : message;
	buffer_clear(&out);
	return result;
}
