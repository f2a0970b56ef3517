/*
 * The message that mailbot's answer is; see answer_message.h. The answer's own text is written as UTF-8
 * whatever its file has, since names and quotations of any language stand in it.
 */
#include "handle/compat/answer_message.h"

#include "handle/compat/answer_draft.h"
#include "handle/compat/answer_text.h"
#include "handle/compat/fresh_boundary.h"
#include "mail/auto_reply.h"
#include "mail/charset.h"
#include "mail/compose_field.h"
#include "mail/content_type.h"
#include "mail/mail_date.h"
#include "mail/mime_tree.h"
#include "system/file.h"

enum { ANSWER_MESSAGE_PARTS_MAX = 1000, ANSWER_MESSAGE_MAX = 512 * 1024 * 1024 };

#define ANSWER_MESSAGE_TEXT_TYPE                                                                   \
	"Content-Type: text/plain; format=flowed; delsp=yes; charset=\"UTF-8\"\n"                  \
	"Content-Transfer-Encoding: 8bit\n\n"

/* The parts, whole, behind one another. */
struct answer_parts {
	struct text items[ANSWER_MESSAGE_PARTS_MAX];
	size_t count;
};

static bool
answer_message_is_report(enum answer_format format)
{
	return format == ANSWER_REPLY_DSN || format == ANSWER_FEEDBACK ||
	       format == ANSWER_REPLY_FEEDBACK;
}

static bool
answer_message_is_forward(enum answer_format format)
{
	return format == ANSWER_FORWARD || format == ANSWER_FORWARD_ATTACHED;
}

/* --- Header ------------------------------------------------------------------------------------- */

static struct text
answer_message_subject(struct answer_message *answer)
{
	const struct answer_request *request = answer->request;
	struct arena *arena = answer->arena;
	struct text subject = answer_text_field(arena, answer->message, TEXT("Subject"));

	if (request->subject.size > 0)
		return request->subject;
	if (answer_message_is_forward(request->format))
		return arena_format(arena, "%.*s (fwd)", TEXT_ARGUMENTS(subject));
	if (answer_message_is_report(request->format) && request->format != ANSWER_REPLY_DSN)
		return subject;
	if (text_has_prefix_nocase(subject, TEXT("Re:")))
		return subject;
	return arena_format(arena, "Re: %.*s", TEXT_ARGUMENTS(subject));
}

/* The addresses in To and Cc of the message. */
static bool
answer_message_append_copies(struct answer_message *answer, struct buffer *out, struct error *error)
{
	struct arena *arena = answer->arena;
	struct text to = answer_text_field(arena, answer->message, TEXT("To"));
	struct text cc = answer_text_field(arena, answer->message, TEXT("Cc"));
	struct text both = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENTS(to),
	    to.size > 0 && cc.size > 0 ? ", " : "", TEXT_ARGUMENTS(cc));

	if (both.size == 0)
		return true;
	if (compose_field_append_addresses(TEXT("Cc"), both, TEXT("\n"), out, error))
		return true;
	/* What stands there is the sender's: it must not keep him from an answer. */
	return error->kind == ERROR_INPUT;
}

static bool
answer_message_append_header(struct answer_message *answer, struct buffer *out, struct error *error)
{
	const struct answer_request *request = answer->request;
	const struct auto_reply_answer reply = {.recipient = answer->recipient};
	const struct auto_reply_header header = {.subject = answer_message_subject(answer)};
	bool has_recipient =
	    !answer_message_is_forward(request->format) && request->format != ANSWER_FEEDBACK;
	struct buffer fields;
	struct header_field first;

	if (!compose_field_append_written(request->fields, TEXT("\n"), out, error)) {
		error_prefix(error, "-A: ");
		return false;
	}
	buffer_append(out, TEXT("Precedence: junk\n"));
	buffer_init(&fields, ANSWER_MESSAGE_MAX);
	bool is_good = auto_reply_append_header(
	    answer->arena, answer->message, &reply, &header, TEXT("\n"), &fields);
	struct text rest = buffer_text(&fields);
	if (is_good && !has_recipient)
		header_next(&rest, &first);
	buffer_append(out, rest);
	buffer_clear(&fields);
	if (!is_good)
		return error_set(error, ERROR_INPUT, "the answer's header cannot be written");
	if (request->format == ANSWER_REPLY_ALL &&
	    !answer_message_append_copies(answer, out, error))
		return false;
	return buffer_append(out, TEXT("Mime-Version: 1.0\n"));
}

/* --- Text --------------------------------------------------------------------------------------- */

static struct text
answer_message_convert(struct answer_message *answer, struct text source, struct text name)
{
	const struct charset charset = charset_parse(name);
	struct charset_decoder decoder;
	struct buffer text;

	buffer_init(&text, 4 * (size_t)ANSWER_TEXT_FILE_MAX);
	charset_decoder_init(&decoder, &charset);
	charset_decoder_append(&decoder, source, &text);
	charset_decoder_clear(&decoder);
	struct text copy = arena_copy_text(answer->arena, buffer_text(&text));
	buffer_clear(&text);
	return copy;
}

static bool
answer_message_read_text(struct answer_message *answer, struct text *text_out, struct error *error)
{
	const struct answer_request *request = answer->request;
	struct text charset = request->charset, bytes;
	struct header_field field;
	size_t header_size, body;

	if (!file_read(answer->arena, request->text_path, ANSWER_TEXT_FILE_MAX, &bytes, error))
		return false;
	if (request->text_has_header) {
		header_find_end(bytes, &header_size, &body);
		struct text header = text_slice(bytes, 0, header_size);
		bytes = text_slice(bytes, body, bytes.size);
		if (header_find_in_bytes(
			header, TEXT("Content-Type"), MESSAGE_FIELDS_MAX, &field)) {
			struct content_type type = content_type_parse(answer->arena, field.body);
			content_type_find(&type, TEXT("charset"), &charset);
		}
	}
	*text_out = answer_message_convert(answer, bytes, charset);
	return true;
}

static void
answer_message_append_text(struct answer_message *answer, struct text text,
    const struct mime_part *quoted, struct buffer *out)
{
	const struct answer_request *request = answer->request;

	if (request->quotes && quoted != NULL && !answer_message_is_forward(request->format)) {
		answer_text_append_salutation(answer->arena, answer->message, request->salutation,
		    answer->recipient,
		    answer->sender_name.size > 0 ? answer->sender_name : answer->recipient, out);
		buffer_append(out, TEXT("\n\n"));
		answer_text_append_part(quoted, true, out);
		buffer_append_byte(out, '\n');
	}
	buffer_append(out, text);
	buffer_append(out, TEXT("\n\n"));
	if (!answer_message_is_forward(request->format))
		return;
	buffer_append_format(out, "%.*s\n", TEXT_ARGUMENTS(request->separator));
	if (request->format == ANSWER_FORWARD_ATTACHED)
		return;
	answer_text_append_header(answer->arena, answer->message, out);
	if (quoted != NULL)
		answer_text_append_part(quoted, false, out);
}

/* --- Parts -------------------------------------------------------------------------------------- */

static void
answer_message_add(struct answer_parts *parts, struct text part)
{
	if (parts->count < ANSWER_MESSAGE_PARTS_MAX)
		parts->items[parts->count++] = part;
}

static struct text
answer_message_join(struct answer_message *answer, const char *header, struct text body)
{
	size_t size = strlen(header);
	char *bytes = arena_alloc_bytes(answer->arena, size + body.size);

	memcpy(bytes, header, size);
	if (body.size > 0)
		memcpy(bytes + size, body.data, body.size);
	return (struct text){bytes, size + body.size};
}

/* The message answered, or its header. */
static struct text
answer_message_original(struct answer_message *answer)
{
	if (answer->request->attaches_all)
		return answer_message_join(answer,
		    "Content-Type: message/rfc822\nContent-Disposition: attachment\n\n",
		    message_bytes(answer->message));
	return answer_message_join(answer,
	    "Content-Type: text/rfc822-headers; charset=\"utf-8\"\n"
	    "Content-Disposition: attachment\nContent-Transfer-Encoding: 8bit\n\n",
	    message_header_block(answer->message));
}

static struct text
answer_message_report(struct answer_message *answer)
{
	const struct answer_request *request = answer->request;
	const struct mail_date now = {.seconds = answer->now, .has_zone = true};
	char date[MAIL_DATE_SIZE];
	struct text arrival = mail_date_format(now, date);

	if (request->format == ANSWER_REPLY_DSN)
		return arena_format(answer->arena,
		    "Content-Type: message/delivery-status\nContent-Transfer-Encoding: 7bit\n\n"
		    "Arrival-Date: %.*s\n\n"
		    "Final-Recipient: rfc822; %.*s\nAction: delivered\nStatus: 2.0.0\n",
		    TEXT_ARGUMENTS(arrival), TEXT_ARGUMENTS(request->report_recipient));
	return arena_format(answer->arena,
	    "Content-Type: message/feedback-report\nContent-Transfer-Encoding: 7bit\n\n"
	    "Feedback-Type: %.*s\nArrival-Date: %.*s\nUser-Agent: %.*s\nVersion: 1\n%.*s",
	    TEXT_ARGUMENTS(request->feedback_type), TEXT_ARGUMENTS(arrival),
	    TEXT_ARGUMENTS(request->agent), TEXT_ARGUMENTS(request->feedback_fields));
}

/* What stands behind the answer's own text. */
static void
answer_message_collect(struct answer_message *answer, const struct mime_tree *tree,
    const struct mime_part *quoted, struct answer_parts *parts)
{
	enum answer_format format = answer->request->format;

	if (answer_message_is_report(format)) {
		answer_message_add(parts, answer_message_report(answer));
		answer_message_add(parts, answer_message_original(answer));
	} else if (format == ANSWER_REPLY_DRAFT) {
		answer_message_add(parts, answer_message_original(answer));
	} else if (format == ANSWER_FORWARD_ATTACHED) {
		answer_message_add(parts, answer_message_join(answer,
					      "Content-Type: message/rfc822\n"
					      "Content-Description: Forwarded message\n\n",
					      message_bytes(answer->message)));
	} else if (format == ANSWER_FORWARD && tree->root->first_child != NULL) {
		for (const struct mime_part *part = tree->root->first_child; part != NULL;
		     part = mime_tree_next(part))
			if (part->first_child == NULL && part != quoted)
				answer_message_add(parts, mime_part_bytes(part));
	} else if (format == ANSWER_FORWARD && quoted == NULL) {
		answer_message_add(
		    parts, answer_message_join(answer, "Content-Type: message/rfc822\n\n",
			       message_bytes(answer->message)));
	}
}

static struct text
answer_message_boundary(struct answer_message *answer, const struct answer_parts *parts)
{
	for (;;) {
		struct text boundary =
		    fresh_boundary_new(answer->arena, message_bytes(answer->message));
		size_t i = 0;
		while (i < parts->count &&
		       text_find(parts->items[i], 0, boundary) == parts->items[i].size)
			i++;
		if (i == parts->count)
			return boundary;
	}
}

static void
answer_message_append_parts(
    struct answer_message *answer, const struct answer_parts *parts, struct buffer *out)
{
	enum answer_format format = answer->request->format;
	const char *type =
	    format == ANSWER_REPLY_DSN         ? "multipart/report; report-type=delivery-status"
	    : answer_message_is_report(format) ? "multipart/report; report-type=feedback-report"
					       : "multipart/mixed";
	struct text boundary = answer_message_boundary(answer, parts);

	buffer_append_format(out, "Content-Type: %s;\n    boundary=\"%.*s\"\n\n%s", type,
	    TEXT_ARGUMENTS(boundary), FRESH_BOUNDARY_PREAMBLE);
	for (size_t i = 0; i < parts->count; i++) {
		buffer_append_format(out, "\n--%.*s\n", TEXT_ARGUMENTS(boundary));
		buffer_append(out, parts->items[i]);
	}
	buffer_append_format(out, "\n--%.*s--\n", TEXT_ARGUMENTS(boundary));
}

/* The answer's own part. False with *is_empty_out: there is no draft, and so no answer. */
static bool
answer_message_make_text(struct answer_message *answer, const struct mime_part *quoted,
    struct text *part_out, bool *is_empty_out, struct error *error)
{
	const struct answer_request *request = answer->request;
	struct buffer part;
	struct text text;

	if (request->format == ANSWER_REPLY_DRAFT)
		return answer_draft_read(
		    answer->arena, request->draft, part_out, is_empty_out, error);
	if (!answer_message_read_text(answer, &text, error))
		return false;
	buffer_init(&part, ANSWER_MESSAGE_MAX);
	buffer_append(&part, TEXT(ANSWER_MESSAGE_TEXT_TYPE));
	answer_message_append_text(answer, text, quoted, &part);
	*part_out = arena_copy_text(answer->arena, buffer_text(&part));
	buffer_clear(&part);
	return true;
}

bool
answer_message_append(
    struct answer_message *answer, struct buffer *out, bool *is_empty_out, struct error *error)
{
	struct mime_tree tree =
	    mime_tree_parse(answer->arena, message_bytes(answer->message), MIME_LIMITS_DEFAULT);
	const struct mime_part *quoted = answer_text_find(&tree);
	struct answer_parts *parts = arena_alloc(answer->arena, sizeof *parts);

	*is_empty_out = false;
	if (!answer_message_make_text(answer, quoted, &parts->items[0], is_empty_out, error) ||
	    !answer_message_append_header(answer, out, error))
		return false;
	parts->count = 1;
	answer_message_collect(answer, &tree, quoted, parts);
	if (parts->count > 1)
		answer_message_append_parts(answer, parts, out);
	else
		buffer_append(out, parts->items[0]);
	return !buffer_is_overfull(out) || error_set(error, ERROR_LIMIT, "the answer is too large");
}
