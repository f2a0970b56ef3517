/*
 * Lists, bulk mail and programs (see list_facts.h): a table of the fields whose presence says something,
 * and the few whose value does.
 */
#include "mail/list_facts.h"

#include "base/buffer.h"
#include "mail/address.h"
#include "mail/content_type.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

enum { LIST_FACTS_TEXT_MAX = 8192 /* bytes of a field that are looked at */ };

/* The body of the first field of that name, on one line; empty when there is none. */
static struct text
list_facts_field(struct arena *arena, const struct message *message, struct text name)
{
	const struct header_field *field = message_find_field(message, name);

	if (field == NULL)
		return (struct text){0};
	return header_unfold(arena, text_slice(field->body, 0, LIST_FACTS_TEXT_MAX));
}

/* The first word of a structured body: its keyword. */
static struct text
list_facts_word(struct text body)
{
	size_t begin = header_skip_blanks(body, 0), end = begin;

	while (end < body.size && !text_is_space(body.data[end]) && body.data[end] != ';' &&
	       body.data[end] != ',' && body.data[end] != '(')
		end++;
	return text_slice(body, begin, end);
}

static struct text
list_facts_decode(struct arena *arena, struct text phrase)
{
	struct buffer out;
	struct text result = {0};

	phrase = text_trim(phrase);
	if (phrase.size >= 2 && phrase.data[0] == '"' && phrase.data[phrase.size - 1] == '"')
		phrase = text_trim(text_slice(phrase, 1, phrase.size - 1));
	if (encoded_word_is_plain(phrase))
		return phrase;
	buffer_init(&out, LIST_FACTS_TEXT_MAX * 8);
	if (encoded_word_decode(phrase, &out, NULL))
		result = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return result;
}

/* "Name of the list <id.of.list>" (RFC 2919, section 3). tolerance: list-id-without-brackets */
static void
list_facts_read_id(struct arena *arena, struct text body, struct list_facts *facts)
{
	size_t open = body.size, close;

	while (open > 0 && body.data[open - 1] != '<')
		open--;
	close = text_find_byte(body, open, '>');
	if (open == 0) {
		facts->list_id = arena_copy_lower(arena, list_facts_word(body));
		return;
	}
	facts->list_id = arena_copy_lower(arena, text_trim(text_slice(body, open, close)));
	facts->list_name = list_facts_decode(arena, text_slice(body, 0, open - 1));
}

/* The address of the first "<mailto:...>" (RFC 2369, section 3.4); "NO" has none. */
static struct text
list_facts_read_post(struct arena *arena, struct text body)
{
	static const struct text scheme = TEXT("mailto:");
	size_t at = text_find_byte(body, 0, '<'), size = 0;

	while (
	    at < body.size && !text_has_prefix_nocase(text_slice(body, at + 1, body.size), scheme))
		at = text_find_byte(body, at + 1, '<');
	struct text address = text_slice(body, at + 1 + scheme.size, body.size);
	address = text_slice(address, 0, text_find_byte(address, 0, '>'));
	address = text_slice(address, 0, text_find_byte(address, 0, '?'));
	char *copy = arena_alloc_bytes(arena, address.size);
	for (size_t i = 0; i < address.size; i++) {
		int high = i + 2 < address.size ? text_hex_value(address.data[i + 1]) : -1;
		int low = high >= 0 ? text_hex_value(address.data[i + 2]) : -1;
		int byte = low >= 0 ? high << 4 | low : 0;
		/* What is no visible character stays escaped. */
		bool is_escape = address.data[i] == '%' && byte > ' ' && byte < 127;
		copy[size++] = is_escape ? (char)byte : address.data[i];
		i += is_escape ? 2 : 0;
	}
	return text_trim((struct text){copy, size});
}

static bool
list_facts_has_any(const struct message *message, const struct text *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (message_find_field(message, names[i]) != NULL)
			return true;
	return false;
}

/* The local part of the first address of the field; empty when there is none. */
static struct text
list_facts_local_part(struct arena *arena, const struct message *message, struct text name)
{
	struct text body = list_facts_field(arena, message, name);
	struct address_list list = address_list_parse(arena, body, 1);

	return list.count > 0 ? list.items[0].local_part : (struct text){0};
}

static bool
list_facts_has_suffix(struct text whole, struct text suffix)
{
	return whole.size > suffix.size &&
	       text_is_equal_nocase(
		   text_slice(whole, whole.size - suffix.size, whole.size), suffix);
}

static bool
list_facts_is_list(struct arena *arena, const struct message *message)
{
	static const struct text marks[] = {TEXT("List-Id"), TEXT("List-Post"),
	    TEXT("List-Subscribe"), TEXT("List-Owner"), TEXT("List-Archive"), TEXT("Mailing-List"),
	    TEXT("X-Mailing-List"), TEXT("X-BeenThere"), TEXT("X-Loop")};

	if (list_facts_has_any(message, marks, sizeof marks / sizeof marks[0]))
		return true;
	struct text sender = list_facts_local_part(arena, message, TEXT("Sender"));
	if (text_has_prefix_nocase(sender, TEXT("owner-")) ||
	    list_facts_has_suffix(sender, TEXT("-request")) ||
	    list_facts_has_suffix(sender, TEXT("-bounces")) ||
	    list_facts_has_suffix(sender, TEXT("-owner")))
		return true;
	struct text delivered = list_facts_field(arena, message, TEXT("Delivered-To"));
	return text_has_prefix_nocase(delivered, TEXT("mailing list "));
}

static bool
list_facts_is_report(struct arena *arena, const struct message *message)
{
	const struct header_field *field = message_find_field(message, TEXT("Content-Type"));
	struct text local = list_facts_local_part(arena, message, TEXT("From")), kind;

	if (text_is_equal_nocase(local, TEXT("mailer-daemon")) ||
	    message_find_field(message, TEXT("X-Failed-Recipients")) != NULL)
		return true;
	if (field == NULL)
		return false;
	struct content_type type = content_type_parse(arena, field->body);
	if (text_is_equal_nocase(type.type, TEXT("message")))
		return text_is_equal_nocase(type.subtype, TEXT("delivery-status")) ||
		       text_is_equal_nocase(type.subtype, TEXT("disposition-notification"));
	if (!text_is_equal_nocase(type.type, TEXT("multipart")) ||
	    !text_is_equal_nocase(type.subtype, TEXT("report")))
		return false;
	/* A report that does not say of what counts as one. */
	return !content_type_find(&type, TEXT("report-type"), &kind) ||
	       text_is_equal_nocase(kind, TEXT("delivery-status")) ||
	       text_is_equal_nocase(kind, TEXT("disposition-notification"));
}

static bool
list_facts_is_auto(struct arena *arena, const struct message *message,
    const struct list_facts *facts, struct text precedence)
{
	static const struct text marks[] = {
	    TEXT("X-Autoreply"), TEXT("X-Autorespond"), TEXT("X-Autoresponder")};
	struct text suppress =
	    list_facts_word(list_facts_field(arena, message, TEXT("X-Auto-Response-Suppress")));
	struct text path = list_facts_field(arena, message, TEXT("Return-Path"));

	/* RFC 3834, section 5: all but "no" was sent by a program. */
	if (facts->auto_submitted.size > 0 && !text_is_equal(facts->auto_submitted, TEXT("no")))
		return true;
	if (suppress.size > 0 && !text_is_equal_nocase(suppress, TEXT("none")))
		return true;
	return facts->is_report || text_is_equal(path, TEXT("<>")) ||
	       text_is_equal_nocase(precedence, TEXT("auto_reply")) ||
	       list_facts_has_any(message, marks, sizeof marks / sizeof marks[0]);
}

struct list_facts
list_facts_parse(struct arena *arena, const struct message *message)
{
	static const struct text bulk_marks[] = {
	    TEXT("List-Unsubscribe"), TEXT("List-Help"), TEXT("Feedback-ID")};
	struct list_facts facts = {0};
	struct text precedence =
	    list_facts_word(list_facts_field(arena, message, TEXT("Precedence")));
	bool is_list_precedence = text_is_equal_nocase(precedence, TEXT("list"));

	list_facts_read_id(arena, list_facts_field(arena, message, TEXT("List-Id")), &facts);
	facts.list_post =
	    list_facts_read_post(arena, list_facts_field(arena, message, TEXT("List-Post")));
	facts.auto_submitted = arena_copy_lower(
	    arena, list_facts_word(list_facts_field(arena, message, TEXT("Auto-Submitted"))));
	facts.is_list = is_list_precedence || list_facts_is_list(arena, message);
	facts.is_bulk =
	    facts.is_list || text_is_equal_nocase(precedence, TEXT("bulk")) ||
	    text_is_equal_nocase(precedence, TEXT("junk")) ||
	    list_facts_has_any(message, bulk_marks, sizeof bulk_marks / sizeof bulk_marks[0]);
	facts.is_report = list_facts_is_report(arena, message);
	facts.is_auto = list_facts_is_auto(arena, message, &facts, precedence);
	return facts;
}
