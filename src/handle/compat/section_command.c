/*
 * What reformime does with a message; see section_command.h.
 */
#include "handle/compat/section_command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "handle/compat/delivery_report.h"
#include "handle/compat/mail_digest.h"
#include "handle/compat/section_extract.h"
#include "handle/compat/section_list.h"
#include "handle/compat/section_text.h"
#include "handle/compat/whole_input.h"
#include "handle/compat/word_codec.h"

static int
section_command_say(const struct error *error, int status)
{
	fprintf(stderr, "reformime: %s\n", error->text);
	return status;
}

static int
section_command_handle(struct arena *arena, const struct section_request *request,
    const struct mime_tree *tree, const struct mime_part *part, struct section_extract *extract,
    struct message_sink *sink)
{
	struct error error;

	switch (request->job) {
	case SECTION_COMMAND_FACTS:
		section_list_facts(arena, tree, part, request->charset, sink);
		if (request->sections.size == 0)
			message_sink_write(sink, TEXT("\n"));
		return EX_OK;
	case SECTION_COMMAND_CONTENT:
		section_write_content(arena, part, sink);
		return EX_OK;
	default: {
		int status = section_extract_run(extract, part, &error);
		return status == EX_OK ? status : section_command_say(&error, status);
	}
	}
}

/* The sections that were asked for, or all; containers only where they were asked for or are told about. */
static int
section_command_walk(struct arena *arena, const struct section_request *request,
    const struct mime_tree *tree, struct message_sink *sink)
{
	struct section_extract extract = {.arena = arena,
	    .prefix = request->prefix,
	    .program = request->job == SECTION_COMMAND_PROGRAM ? request->arguments : NULL};
	struct text rest = request->sections;
	struct error error;
	int status = EX_OK;

	while (rest.size > 0 && status == EX_OK) {
		struct text number = text_split(&rest, ',');
		const struct mime_part *part = section_find(tree, number);
		if (part == NULL) {
			error_set(&error, ERROR_INPUT, "MIME section %.*s not found.",
			    TEXT_ARGUMENTS(number));
			return section_command_say(&error, SECTION_COMMAND_FAILED);
		}
		status = section_command_handle(arena, request, tree, part, &extract, sink);
	}
	if (request->sections.size > 0)
		return status;
	for (const struct mime_part *part = tree->root; part != NULL && status == EX_OK;
	     part = mime_tree_next(part))
		if (part->first_child == NULL || request->job == SECTION_COMMAND_FACTS)
			status = section_command_handle(arena, request, tree, part, &extract, sink);
	return status;
}

static int
section_command_check(struct arena *arena, const struct mime_tree *tree)
{
	const char *finding = section_list_check(arena, tree);

	if (finding == NULL)
		return EX_OK;
	fprintf(stderr, "ERROR: %s\n", finding);
	return SECTION_COMMAND_FAILED;
}

static int
section_command_read(struct arena *arena, const struct section_request *request,
    struct text message, struct message_sink *sink)
{
	struct mime_tree tree = mime_tree_parse(arena, message, MIME_LIMITS_DEFAULT);

	switch (request->job) {
	case SECTION_COMMAND_NUMBERS:
		section_list_numbers(arena, &tree, sink);
		return EX_OK;
	case SECTION_COMMAND_CHECK:
		return section_command_check(arena, &tree);
	case SECTION_COMMAND_STANDARD_FORM:
		standard_form_write(arena, &request->form, &tree, sink);
		return EX_OK;
	case SECTION_COMMAND_TEXT:
		section_text_write(&tree, sink);
		return EX_OK;
	case SECTION_COMMAND_REPORT:
	case SECTION_COMMAND_ORIGINAL_REPORT:
		return delivery_report_write(
			   arena, &tree, request->job == SECTION_COMMAND_ORIGINAL_REPORT, sink)
			   ? EX_OK
			   : SECTION_COMMAND_FAILED;
	default:
		return section_command_walk(arena, request, &tree, sink);
	}
}

static int
section_command_take(
    struct arena *arena, const struct section_request *request, struct message_sink *sink)
{
	struct whole_input input;
	struct error error;

	if (request->job == SECTION_COMMAND_WORD)
		return word_codec_write(arena, (enum word_codec_job)request->word_job,
			   request->word, request->charset, sink, &error)
			   ? EX_OK
			   : section_command_say(&error, SECTION_COMMAND_FAILED);
	if (request->job == SECTION_COMMAND_DIGEST)
		return mail_digest_write(arena, request->arguments, sink, &error)
			   ? EX_OK
			   : section_command_say(&error, SECTION_COMMAND_FAILED);
	if (!whole_input_read(arena, &input, &error))
		return section_command_say(&error, EX_TEMPFAIL);
	int status = section_command_read(arena, request, input.bytes, sink);
	message_sink_flush(sink);
	whole_input_close(&input);
	return status;
}

int
section_command_run(struct arena *arena, const struct section_request *request)
{
	struct message_sink *sink = arena_alloc(arena, sizeof *sink);

	message_sink_init(sink, STDOUT_FILENO, false);
	int status = section_command_take(arena, request, sink);
	if (message_sink_flush(sink))
		return status;
	fprintf(
	    stderr, "reformime: cannot write the standard output: %s\n", strerror(sink->failure));
	return EX_IOERR;
}
