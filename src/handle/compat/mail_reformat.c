/*
 * reformail's work; see mail_reformat.h. Empty lines in front of a message are not part of it, every
 * header ends with an empty line, and every line has the line end that is asked for.
 */
#include "handle/compat/mail_reformat.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "handle/compat/header_reformat.h"
#include "handle/compat/seen_memory.h"
#include "handle/compat/whole_input.h"

struct mail_reformat {
	struct arena *arena;
	struct mail_reformat_request *request;
	struct text input;
	struct message_sink sink;
	int status;
};

static void
mail_reformat_say(const char *what, const char *about)
{
	fprintf(stderr, "reformail: %s%s\n", what, about);
}

/* Behind the empty lines in front. */
static size_t
reformat_find_start(struct text input)
{
	size_t at = 0;

	while (at < input.size) {
		size_t next = at;
		if (header_reformat_line(input, &next).size > 0)
			break;
		at = next;
	}
	return at;
}

/* The address of a From_ line. */
static struct text
reformat_envelope(struct text line)
{
	size_t at = sizeof "From " - 1;

	while (at < line.size && text_is_space(line.data[at]))
		at++;
	at += at < line.size && line.data[at] == '<';
	size_t end = at;
	while (end < line.size && line.data[end] != '>' && !text_is_space(line.data[end]))
		end++;
	struct text address = text_slice(line, at, end);
	return address.data != NULL ? address : TEXT("");
}

/* How many ">" stand in front of a "From "; false: it is no such line. */
static bool
reformat_is_quoted_from(struct text line, size_t *quotes_out)
{
	size_t at = 0;

	while (at < line.size && line.data[at] == '>')
		at++;
	*quotes_out = at;
	return field_is_from_line(text_slice(line, at, line.size));
}

static void
reformat_write_body(struct mail_reformat *reformat, size_t at, bool quotes, bool unquotes)
{
	struct text input = reformat->input;

	while (at < input.size) {
		size_t depth;
		struct text line = header_reformat_line(input, &at);
		if ((quotes || unquotes) && reformat_is_quoted_from(line, &depth)) {
			if (quotes)
				message_sink_print(&reformat->sink, TEXT(">"));
			else if (depth > 0)
				line = text_slice(line, 1, line.size);
		}
		message_sink_print(&reformat->sink, line);
		message_sink_print(&reformat->sink, reformat->request->line_end);
	}
}

static void
reformat_write_from_line(struct mail_reformat *reformat, const struct field_list *fields)
{
	char now[CLOCK_ASCTIME_SIZE];
	struct text sender = header_reformat_sender(reformat->arena, fields);

	message_sink_print(&reformat->sink, TEXT("From "));
	message_sink_print(&reformat->sink, sender);
	message_sink_print(&reformat->sink, TEXT(" "));
	message_sink_print(&reformat->sink, clock_format_asctime(clock_now(), now));
	message_sink_print(&reformat->sink, reformat->request->line_end);
}

static void
reformat_message(struct mail_reformat *reformat)
{
	struct mail_reformat_request *request = reformat->request;
	struct field_work *work = &request->work;
	struct text return_path = {NULL, 0}, rest, input = reformat->input;
	size_t at = reformat_find_start(input), behind = at;
	bool has_from_line = field_is_from_line(text_slice(input, at, input.size));
	bool converts =
	    has_from_line && request->from_line == MAIL_REFORMAT_FROM_LINE_TO_RETURN_PATH;
	bool adds = !has_from_line && request->from_line == MAIL_REFORMAT_FROM_LINE_ADD;

	message_sink_init(&reformat->sink, STDOUT_FILENO, false);
	if (at == input.size)
		return;
	struct text first = header_reformat_line(input, &behind);
	if (converts) {
		return_path = reformat_envelope(first);
		at = behind;
	}
	struct field_list fields = header_reformat_read(reformat->arena, input, &at, &rest);
	if (rest.size > 0)
		mail_reformat_say(
		    "a header has too many fields; the last ones stay as they are", "");
	if (adds && !field_work_extracts(work))
		reformat_write_from_line(reformat, &fields);
	fields = header_reformat_edit(reformat->arena, work, &fields, return_path);
	for (size_t i = 0; i < fields.count; i++)
		header_reformat_write(work, &fields.fields[i], request->line_end, &reformat->sink);
	if (!field_work_extracts(work)) {
		for (size_t done = 0; done < rest.size;) {
			message_sink_print(&reformat->sink, header_reformat_line(rest, &done));
			message_sink_print(&reformat->sink, request->line_end);
		}
		message_sink_print(&reformat->sink, request->line_end);
		reformat_write_body(reformat, at, adds, converts);
	}
	if (!message_sink_flush(&reformat->sink)) {
		mail_reformat_say("cannot write the message", "");
		reformat->status = EX_IOERR;
	}
}

/* Was the message seen before? In doubt it was not. */
static void
reformat_ask_memory(struct mail_reformat *reformat)
{
	struct error error = {.kind = ERROR_NONE};
	size_t at = reformat_find_start(reformat->input);
	struct text rest;
	struct field_list fields =
	    header_reformat_read(reformat->arena, reformat->input, &at, &rest);
	struct text key = header_reformat_value(reformat->arena, &fields, TEXT("Message-ID:"));
	bool is_seen;

	if (!seen_memory_ask(reformat->arena, reformat->request->memory,
		reformat->request->memory_size, SEEN_MEMORY_QUEUE, key, &is_seen, &error)) {
		mail_reformat_say(error.text, "; the message counts as new");
		reformat->status = EX_TEMPFAIL;
	} else {
		reformat->status = is_seen ? EX_OK : 1;
	}
}

/* What stands between the line in front and this one: a line end, unless the line is the rest of a field
 * and fields are unfolded. */
static void
reformat_write_part_line(struct mail_reformat *reformat, struct text line, bool is_unfolded)
{
	struct text between = reformat->request->line_end;

	if (is_unfolded && line.size > 0 && (*line.data == ' ' || *line.data == '\t')) {
		line = header_reformat_skip_blanks(line);
		between = line.size > 0 ? TEXT(" ") : TEXT("");
	}
	message_sink_print(&reformat->sink, between);
	message_sink_print(&reformat->sink, line);
}

/*
 * The next message for the program: its lines, but for the end of the last one, which belongs to the
 * mailbox where an empty line stands between messages. The position behind it.
 * tolerance: reformail-split-lines
 */
static size_t
reformat_write_part(struct mail_reformat *reformat, size_t at)
{
	struct text input = reformat->input;
	struct text line = header_reformat_line(input, &at);
	bool is_field = !field_is_from_line(line), is_header = true;

	message_sink_print(&reformat->sink, line);
	while (at < input.size && !field_is_from_line(text_slice(input, at, input.size))) {
		line = header_reformat_line(input, &at);
		is_header = is_header && line.size > 0;
		reformat_write_part_line(
		    reformat, line, is_header && is_field && reformat->request->work.unfolds);
		is_field = true;
	}
	return at;
}

/* tolerance: reformail-program-status */
static void
reformat_split(struct mail_reformat *reformat)
{
	struct split_program *program = &reformat->request->program;
	struct error error;

	for (size_t at = reformat_find_start(reformat->input); at < reformat->input.size;) {
		int output = -1;
		if (!split_program_start(program, &output, &error)) {
			mail_reformat_say("cannot split: ", error.text);
			reformat->status = EX_UNAVAILABLE;
			return;
		}
		message_sink_init(&reformat->sink, output, false);
		at = reformat_write_part(reformat, at);
		message_sink_flush(&reformat->sink);
		close(output);
		split_program_end_message(program);
	}
	reformat->status = split_program_finish(program);
}

int
mail_reformat_run(struct arena *arena, struct mail_reformat_request *request)
{
	struct mail_reformat reformat = {.arena = arena, .request = request};
	struct whole_input input;
	struct error error;

	if (!whole_input_read(arena, &input, &error)) {
		mail_reformat_say(error.text, "");
		return EX_TEMPFAIL;
	}
	reformat.input = input.bytes;
	if (request->memory != NULL)
		reformat_ask_memory(&reformat);
	else if (request->splits)
		reformat_split(&reformat);
	else
		reformat_message(&reformat);
	whole_input_close(&input);
	return reformat.status;
}
