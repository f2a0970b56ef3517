/*
 * formail's work, message by message; see mail_format.h. A message is: a header that is read into a list
 * of fields, edited and written; an empty line; a body whose lines are passed on with "From " at their
 * start quoted, up to where the next message begins.
 */
#include "handle/compat/mail_format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "handle/compat/fresh_id.h"
#include "handle/compat/message_sink.h"
#include "handle/compat/seen_memory.h"
#include "handle/compat/whole_input.h"

enum { MAIL_FORMAT_TAB = 8, MAIL_FORMAT_LOG_COLUMN = 72 };

/* The run. */
struct mail_format {
	struct arena *arena; /* of the message */
	struct mail_format_request *request;
	struct text input;
	struct message_sink sink;
	int output; /* of this message; -1: it goes nowhere */
	bool write_failed;
	int status;
};

/* One message. */
struct format_message {
	struct field_list fields;
	struct text rest; /* header lines that are only passed on: there are too many */
	size_t body;      /* where it begins */
	bool had_from_line;
	bool ends_with_text; /* the header ended at a line that is no field and not empty */
	struct text sender;
	struct text message_id, subject, references,
	    date; /* values with their line ends; or empty */
};

static void
mail_format_say(const char *what, const char *about)
{
	fprintf(stderr, "formail: %s%s\n", what, about);
}

static size_t
format_line_end(struct text input, size_t at)
{
	size_t end = text_find_byte(input, at, '\n');
	return end < input.size ? end + 1 : end;
}

/* The first line of a file of Usenet articles passes for a field. */
static bool
format_read_article(struct mail_format *format, struct format_message *message)
{
	struct text line =
	    text_slice(format->input, message->body, format_line_end(format->input, message->body));

	if (!format->request->boundary.digest || !message_boundary_is_article(line))
		return false;
	struct field field = {
	    .bytes = field_join(
		format->arena, line, text_has_suffix(line, TEXT("\n")) ? TEXT("") : TEXT("\n")),
	    .name_size = sizeof "Article " - 1,
	};
	field.bytes = field_join(format->arena, TEXT("Article:"),
	    text_slice(field.bytes, field.name_size, field.bytes.size));
	field_list_add(format->arena, &message->fields, field);
	message->body += line.size;
	return true;
}

/* Emacs' BABYL files have the From_ line in a field. */
static void
format_read_babyl_from(struct mail_format *format, struct format_message *message)
{
	struct field *first = &message->fields.fields[0];

	if (!format->request->is_babyl || format->request->keeps_form ||
	    !field_is_named(first, TEXT("Mail-from:")))
		return;
	struct text value = field_get_value(first);
	while (value.size > 0 && (*value.data == ' ' || *value.data == '\t'))
		value = text_slice(value, 1, value.size);
	if (field_is_from_line(value))
		*first = (struct field){.bytes = value, .name_size = sizeof "From " - 1};
}

static void
format_read_header(struct mail_format *format, struct format_message *message)
{
	struct field field;
	size_t *at = &message->body;

	if (!field_read(format->arena, format->input, at, true, &field)) {
		if (!format_read_article(format, message))
			goto out;
	} else {
		field_list_add(format->arena, &message->fields, field);
	}
	while (message->fields.count < FIELD_LIST_MAX &&
	       field_read(format->arena, format->input, at, false, &field))
		field_list_add(format->arena, &message->fields, field);
	size_t rest = *at;
	if (message->fields.count == FIELD_LIST_MAX && field_skip(format->input, at) > 0) {
		message->rest = text_slice(format->input, rest, *at);
		mail_format_say("a header has too many fields; the last ones stay as they are", "");
	}
	for (size_t i = 0; i < message->fields.count; i++)
		field_clean(format->arena, &message->fields.fields[i]);
	format_read_babyl_from(format, message);
	message->had_from_line =
	    !format->request->keeps_form && field_is_from_line(message->fields.fields[0].bytes);
out:
	message->ends_with_text = *at < format->input.size && format->input.data[*at] != '\n';
	if (*at < format->input.size && !message->ends_with_text)
		++*at;
}

/* What later steps ask of the header, after its edits. */
static void
format_note_values(struct mail_format *format, struct format_message *message)
{
	struct {
		struct text name;
		struct text *value;
	} wanted[] = {
	    {TEXT("Subject:"), &message->subject},
	    {TEXT("References:"), &message->references},
	    {TEXT("Message-ID:"), &message->message_id},
	    {TEXT("Date:"), &message->date},
	};

	for (size_t i = 0; i < message->fields.count; i++)
		for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++) {
			struct text value = field_get_value(&message->fields.fields[i]);
			if (value.size > 1 &&
			    field_is_named(&message->fields.fields[i], wanted[j].name))
				*wanted[j].value = value;
		}
	message->sender =
	    sender_choice_find(format->arena, &message->fields, format->request->sender);
}

/* A field with this name and a value that brings its line end; a blank between them. */
static void
format_add_field(
    struct mail_format *format, struct format_message *message, struct text name, struct text value)
{
	bool has_blank = value.size > 0 && (*value.data == ' ' || *value.data == '\t');
	struct text start = field_join(format->arena, name, has_blank ? TEXT("") : TEXT(" "));
	struct field field = {
	    .bytes = field_join(format->arena, start, value), .name_size = name.size};

	field_list_add(format->arena, &message->fields, field);
}

static struct text
format_line(struct mail_format *format, struct text value)
{
	return field_join(format->arena, value, TEXT("\n"));
}

static bool
format_is_kept_in_reply(const struct field_work *work, const struct field *field)
{
	const struct field *option = field_list_match(&work->keep_old, field_get_name(field));

	return field_is_named(field, TEXT("X-Loop:")) ||
	       (option != NULL && option->bytes.size <= option->name_size + 1);
}

/* The fields of a reply take the place of the message's, but for those that are to be kept. */
static void
format_make_reply(struct mail_format *format, struct format_message *message)
{
	struct arena *arena = format->arena;
	struct text subject = message->subject;

	for (size_t i = 0; i < message->fields.count; i++)
		if (!format_is_kept_in_reply(&format->request->work, &message->fields.fields[i]))
			message->fields.fields[i].bytes.size = 0;
	field_list_compact(&message->fields);
	message->rest = TEXT("");
	if (message->sender.size == 0 && format->status == 0)
		format->status = EX_NOUSER;
	format_add_field(format, message, TEXT("To:"),
	    format_line(format, message->sender.size > 0 ? message->sender : TEXT("foo@bar")));
	if (subject.size > 0) {
		struct text bare = subject;
		while (bare.size > 0 && (*bare.data == ' ' || *bare.data == '\t'))
			bare = text_slice(bare, 1, bare.size);
		/* tolerance: formail-re */
		if (!text_has_prefix_nocase(bare, TEXT("Re:")))
			subject = field_join(arena, TEXT(" Re:"),
			    *subject.data == ' ' || *subject.data == '\t'
				? subject
				: field_join(arena, TEXT(" "), subject));
		format_add_field(format, message, TEXT("Subject:"), subject);
	}
	struct text id = message->message_id, references = message->references;
	if (id.size > 0 && *id.data != ' ' && *id.data != '\t')
		id = field_join(arena, TEXT(" "), id);
	if (references.size > 0 && id.size > 0)
		references = field_join(arena, text_slice(references, 0, references.size - 1), id);
	else if (id.size > 0)
		references = id;
	if (references.size > 0)
		format_add_field(format, message, TEXT("References:"), references);
	if (id.size > 0)
		format_add_field(format, message, TEXT("In-Reply-To:"), id);
	field_work_change(arena, &format->request->work, false, &message->fields);
}

static bool
format_needs_from_line(const struct mail_format *format, const struct format_message *message)
{
	const struct field_work *work = &format->request->work;
	struct text name = TEXT("From ");
	const struct field *asked = field_list_match(&work->add_missing, name);

	if (format->request->keeps_form ||
	    (message->fields.count > 0 && field_is_from_line(message->fields.fields[0].bytes)))
		return false;
	if (asked != NULL && asked->bytes.size <= name.size + 1)
		return true;
	return !message->had_from_line && field_list_match(&work->keep_old, name) == NULL &&
	       field_list_match(&work->replace, name) == NULL &&
	       field_list_match(&work->rename, name) == NULL;
}

static void
format_add_from_line(struct mail_format *format, struct format_message *message)
{
	struct arena *arena = format->arena;
	char now[CLOCK_ASCTIME_SIZE];
	struct text sender = message->sender.size > 0 ? message->sender : TEXT("foo@bar");
	struct text date = message->date;
	struct field_list old = message->fields;

	if (date.size == 0 ||
	    field_list_match(&format->request->work.add_missing, TEXT("Date:")) == NULL)
		date = format_line(format, clock_format_asctime(clock_now(), now));
	if (*date.data != ' ' && *date.data != '\t')
		date = field_join(arena, TEXT(" "), date);
	struct field field = {
	    .bytes =
		arena_format(arena, "From %.*s %.*s", TEXT_ARGUMENTS(sender), TEXT_ARGUMENTS(date)),
	    .name_size = sizeof "From " - 1,
	};
	message->fields = (struct field_list){.count = 0};
	field_list_add(arena, &message->fields, field);
	for (size_t i = 0; i < old.count; i++)
		field_list_add(arena, &message->fields, old.fields[i]);
}

/* Was the message seen before? In doubt it was not. tolerance: formail-empty-id */
static bool
format_is_seen(struct mail_format *format, const struct format_message *message)
{
	struct mail_format_request *request = format->request;
	struct text key = message->sender;
	struct error error = {.kind = ERROR_NONE};
	bool is_seen;

	if (!request->work.replies && message->message_id.size > 0)
		key = text_slice(message->message_id, 0, message->message_id.size - 1);
	else if (!request->work.replies)
		return false;
	while (key.size > 0 && *key.data == ' ')
		key = text_slice(key, 1, key.size);
	if (!seen_memory_ask(format->arena, request->memory, request->memory_size, SEEN_MEMORY_RING,
		key, &is_seen, &error)) {
		mail_format_say(error.text, "; the message counts as new");
		format->status = error.kind == ERROR_AGAIN ? EX_TEMPFAIL : EX_CANTCREAT;
		return false;
	}
	if (is_seen && request->is_loud)
		mail_format_say("Duplicate key found: ", arena_copy_string(format->arena, key));
	return is_seen;
}

/* The first lines of a summary as procmail logs it. */
static void
format_log_start(struct mail_format *format, const struct format_message *message)
{
	const struct field *first = message->fields.fields;
	const struct field *found = NULL;

	if (message->fields.count > 0 && field_is_from_line(first->bytes))
		message_sink_print(&format->sink, first->bytes);
	for (size_t i = 0; i < message->fields.count && found == NULL; i++)
		if (field_is_named(&message->fields.fields[i], TEXT("Subject:")))
			found = &message->fields.fields[i];
	if (found == NULL)
		return;
	struct text subject = text_slice(found->bytes, 0, found->bytes.size - 1);
	char line[MAIL_FORMAT_SUBJECT_MAX];
	subject = text_slice(subject, 0, sizeof line);
	for (size_t i = 0; i < subject.size; i++)
		line[i] = text_is_space(subject.data[i]) ? ' ' : subject.data[i];
	message_sink_print(&format->sink, TEXT(" "));
	message_sink_print(&format->sink, (struct text){line, subject.size});
	message_sink_print(&format->sink, TEXT("\n"));
}

static void
format_log_end(struct mail_format *format)
{
	static const char start[] = "  Folder: ";
	const char *name = format->request->log_name;
	size_t column;

	if (name == NULL)
		return;
	column = sizeof start - 1 + strlen(name);
	message_sink_print(&format->sink, text_from_string(start));
	message_sink_print(&format->sink, text_from_string(name));
	column -= column % MAIL_FORMAT_TAB;
	do {
		message_sink_print(&format->sink, TEXT("\t"));
		column += MAIL_FORMAT_TAB;
	} while (column < MAIL_FORMAT_LOG_COLUMN);
	message_sink_print(&format->sink,
	    arena_format(format->arena, "%7llu\n", (unsigned long long)format->sink.count));
}

static void
format_edit_header(struct mail_format *format, struct format_message *message)
{
	const struct field_work *work = &format->request->work;

	field_work_change(format->arena, work, work->replies, &message->fields);
	field_work_tidy(format->arena, work, &message->fields);
	format_note_values(format, message);
}

static void
format_write_header(struct mail_format *format, struct format_message *message)
{
	const struct field_work *work = &format->request->work;
	struct field_list missing;

	if (work->replies)
		format_make_reply(format, message);
	else if (format_needs_from_line(format, message))
		format_add_from_line(format, message);
	field_work_find_missing(
	    format->arena, work, &message->fields, fresh_id_format(format->arena), &missing);
	if (format->request->log_name != NULL)
		format_log_start(format, message);
	field_work_write(work, &message->fields, message->rest, &missing, &format->sink);
	if (format->request->keeps_body || !field_work_extracts(work))
		message_sink_write(&format->sink, TEXT("\n"));
}

/* The bytes that Content-Length says, which are passed on as they are; 0: nothing is said. */
static size_t
format_content_length(const struct mail_format *format, const struct format_message *message)
{
	const struct mail_format_request *request = format->request;
	struct text name = TEXT("Content-Length:");
	uint64_t length = 0;

	if (request->boundary.digest || request->ignores_length ||
	    (request->keeps_body &&
		(request->work.replies ||
		    (request->work.extract_field.count > 0 &&
			field_list_match(&request->work.extract_field, name) == NULL))))
		return 0;
	for (size_t i = 0; i < message->fields.count; i++) {
		struct text value;
		if (!field_is_named(&message->fields.fields[i], name))
			continue;
		value = text_trim(field_get_value(&message->fields.fields[i]));
		size_t digits = 0;
		while (digits < value.size && text_is_digit(value.data[digits]))
			digits++;
		if (!number_parse_unsigned(text_slice(value, 0, digits), SIZE_MAX / 2, &length))
			length = 0;
		break;
	}
	return (size_t)length;
}

/* A part of a body: what was written, and how it ended. */
struct format_place {
	size_t at;
	bool behind_empty; /* the last line is empty, or there is none */
};

/* Passes on what Content-Length covers. */
static struct format_place
format_write_counted(struct mail_format *format, const struct format_message *message)
{
	struct text input = format->input;
	size_t length = format_content_length(format, message);
	size_t start = message->body, left = input.size - start, end;
	struct format_place place = {.at = start, .behind_empty = true};

	if (length == 0 || left == 0)
		return place;
	if (length > left && format->request->is_loud)
		mail_format_say("Content-Length: field exceeds actual length", "");
	end = start + (length < left ? length : left);
	if (message->ends_with_text && format_line_end(input, start) > end)
		end = format_line_end(input, start);
	place.behind_empty =
	    input.data[end - 1] == '\n' && (end - start == 1 || input.data[end - 2] == '\n');
	if (end < input.size && input.data[end] == '\n' && input.data[end - 1] != '\n')
		end++;
	message_sink_write(&format->sink, text_slice(input, start, end));
	place.at = end;
	return place;
}

/* In a reply every line that is not empty is quoted, and "From " twice. */
static void
format_write_quoted(struct mail_format *format, struct text lines)
{
	struct text quote = format->request->quote;

	for (size_t at = 0; at < lines.size;) {
		struct text line = text_slice(lines, at, format_line_end(lines, at));
		if (field_is_from_line(line))
			message_sink_write(&format->sink, quote);
		if (*line.data != '\n')
			message_sink_write(&format->sink, quote);
		message_sink_write(&format->sink, line);
		at += line.size;
	}
}

/* Lines of a body, "From " at their start quoted, but for what could have been a boundary. */
static void
format_write_lines(struct mail_format *format, struct text lines, bool behind_empty)
{
	const struct mail_format_request *request = format->request;
	size_t written = 0, at = 0;

	if (request->work.replies && !request->keeps_from) {
		format_write_quoted(format, lines);
		return;
	}
	while (!request->keeps_from && !request->is_babyl && at < lines.size) {
		if (!field_is_from_line(text_slice(lines, at, lines.size))) {
			at = text_find(lines, at, TEXT("\nFrom ")) + 1;
			if (at >= lines.size)
				break;
		}
		struct text line = text_slice(lines, at, format_line_end(lines, at));
		bool is_free = at == 0 ? behind_empty : at == 1 || lines.data[at - 2] == '\n';
		if (!request->splits || !(is_free || request->boundary.any_line) ||
		    !message_boundary_is_postmark(line)) {
			message_sink_write(&format->sink, text_slice(lines, written, at));
			message_sink_write(&format->sink, request->quote);
			written = at;
		}
		at += line.size;
	}
	message_sink_write(&format->sink, text_slice(lines, written, lines.size));
}

/* A message ends with an empty line. */
static void
format_write_end(struct mail_format *format, struct text lines, bool behind_empty)
{
	bool is_ended = lines.size == 0
			    ? behind_empty
			    : lines.data[lines.size - 1] == '\n' &&
				  (lines.size == 1 || lines.data[lines.size - 2] == '\n');

	if (lines.size > 0 && lines.data[lines.size - 1] != '\n')
		message_sink_write(&format->sink, TEXT("\n"));
	if (!is_ended)
		message_sink_write(&format->sink, TEXT("\n"));
}

/* The body of a message in a BABYL file: behind its second header, up to the control character. */
static size_t
format_write_babyl(struct mail_format *format, size_t start)
{
	struct text input = format->input;
	size_t second = text_find(input, start + 1, TEXT("\n\n"));
	size_t body = second < input.size ? second + 1 : input.size;
	size_t end = text_find(input, second, TEXT("\n\037"));
	struct text lines = text_slice(input, body, end < input.size ? end + 1 : end);

	format_write_lines(format, lines, false);
	if (end == input.size)
		format_write_end(format, lines, false);
	size_t behind = format_line_end(input, end + (end < input.size));
	return message_boundary_find(input, behind, true, &format->request->boundary);
}

/* Passes the body on; the position of the next message. */
static size_t
format_write_body(struct mail_format *format, const struct format_message *message)
{
	const struct mail_format_request *request = format->request;

	if (request->is_babyl)
		return format_write_babyl(format, message->body);
	struct format_place place = format_write_counted(format, message);
	size_t next = format->input.size;
	if (request->splits)
		next = message_boundary_find(
		    format->input, place.at, place.behind_empty, &request->boundary);
	struct text lines = text_slice(format->input, place.at, next);
	format_write_lines(format, lines, place.behind_empty);
	format_write_end(format, lines, place.behind_empty);
	return next;
}

/* Where this message goes: nowhere, to the next program, or to standard output. */
static void
format_open_output(struct mail_format *format, bool is_written)
{
	struct mail_format_request *request = format->request;
	struct error error;

	format->output = -1;
	if (is_written && request->splits && request->program.arguments[0] != NULL) {
		if (!split_program_start(&request->program, &format->output, &error)) {
			mail_format_say("Failed to execute: ", error.text);
			format->status = EX_UNAVAILABLE;
		}
	} else if (is_written) {
		format->output = STDOUT_FILENO;
	}
	message_sink_init(&format->sink, format->output, request->log_name != NULL);
}

static void
format_close_output(struct mail_format *format)
{
	if (!message_sink_flush(&format->sink)) {
		format->write_failed = true;
		if (format->request->is_loud)
			mail_format_say("Couldn't write to stdout", "");
	}
	if (format->output < 0 || format->output == STDOUT_FILENO)
		return;
	close(format->output);
	split_program_end_message(&format->request->program);
}

/* One message; the position of the next. */
static size_t
format_message(struct mail_format *format, size_t position, bool is_wanted)
{
	struct mail_format_request *request = format->request;
	struct format_message message = {.body = position};
	bool header_only =
	    !request->keeps_body && (request->work.replies || field_work_extracts(&request->work));

	format_read_header(format, &message);
	format_edit_header(format, &message);
	if (request->memory != NULL) {
		bool is_seen = format_is_seen(format, &message);
		if (!request->splits) {
			format->status = is_seen ? 0 : format->status != 0 ? format->status : 1;
			return format->input.size;
		}
		if (is_seen && is_wanted)
			split_program_pass(&request->program);
		/* tolerance: formail-duplicate-no-run */
		is_wanted = is_wanted && !is_seen;
	}
	format_open_output(format, is_wanted);
	format_write_header(format, &message);
	if (header_only) {
		format_log_end(format);
		message_sink_flush(&format->sink);
		if (!request->splits)
			goto out;
		format->sink.descriptor = -1;
	}
	position = format_write_body(format, &message);
	if (!header_only)
		format_log_end(format);
out:
	format_close_output(format);
	return position;
}

/* Behind the options that a BABYL file begins with. */
static size_t
format_skip_babyl_start(struct text input)
{
	size_t mark = text_has_prefix(input, TEXT("\037\f\n"))
			  ? 0
			  : text_find(input, 0, TEXT("\n\037\f\n")) + 1;

	return format_line_end(input, mark + sizeof "\037\f\n" - 1);
}

static void
format_all(struct mail_format *format)
{
	struct mail_format_request *request = format->request;
	struct arena arena;
	size_t at = request->is_babyl ? format_skip_babyl_start(format->input) : 0;

	while (at < format->input.size && format->input.data[at] == '\n')
		at++;
	/* An empty mailbox has no messages; an empty message is one. */
	if (request->splits && at >= format->input.size)
		return;
	do {
		bool is_wanted = request->skip == 0;
		if (request->total == 0)
			break;
		request->skip -= !is_wanted;
		request->total -= is_wanted && request->total != UINT64_MAX;
		arena_init(&arena, NULL, 0);
		format->arena = &arena;
		at = format_message(format, at, is_wanted);
		arena_clear(&arena);
	} while (request->splits && at < format->input.size);
}

int
mail_format_run(struct arena *arena, struct mail_format_request *request)
{
	struct mail_format format = {.request = request};
	struct whole_input input;
	struct error error;

	if (!whole_input_read(arena, &input, &error)) {
		mail_format_say(error.text, "");
		return EX_TEMPFAIL;
	}
	format.input = input.bytes;
	format_all(&format);
	if (request->splits) {
		int status = split_program_finish(&request->program);
		format.status = format.status != 0 ? format.status : status;
	}
	whole_input_close(&input);
	return format.status != 0 ? format.status : format.write_failed ? EX_IOERR : EX_OK;
}
