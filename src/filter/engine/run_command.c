/*
 * What commands mean to the rules; see run_command.h. Running them is the host's part.
 */
#include "filter/engine/run_command.h"

#include <string.h>

#include "filter/engine/attachment/attachment_loop.h"
#include "filter/engine/edit_header.h"
#include "filter/engine/observe.h"

enum { RUN_COMMAND_SHOWN_MAX = 80 };

/* The command's time was over; true: the rules go on as after one that failed. */
static bool
run_command_judge_timeout(struct evaluator *evaluator, uint32_t offset)
{
	enum verdict verdict = evaluate_undecided(
	    evaluator, evaluator->input->verdicts.timeout, offset, TEXT("timeout"));

	evaluator->is_refused = verdict == VERDICT_CLOSED;
	return verdict == VERDICT_OPEN;
}

/* Asks the host, and sets RETURNCODE. */
static bool
run_command_ask(struct evaluator *evaluator, uint32_t offset, struct command_request *request,
    struct command_result *result_out)
{
	const struct filter_input *input = evaluator->input;

	if (!edit_header_settle(evaluator))
		return false;
	request->message = evaluator->message;
	request->variables = input->variables;
	*result_out = (struct command_result){.status = RUN_COMMAND_UNKNOWN};
	bool known = input->host->run(input->host_self, request, result_out, &evaluator->error);
	if (!known)
		result_out->status = RUN_COMMAND_UNKNOWN;
	if (observe_is_on(evaluator))
		observe_command(evaluator, offset, request, result_out->status, known);
	evaluate_set_number(evaluator, TEXT("RETURNCODE"), (uint64_t)result_out->status);
	if (known)
		return true;
	/* A command that was stopped because we are: nothing that rules may go on after. */
	if (evaluate_is_interrupted(evaluator, offset))
		return false;
	if (result_out->timed_out)
		return run_command_judge_timeout(evaluator, offset);
	return evaluate_fail_at(evaluator, offset);
}

/* Line ends as blanks. */
static void
run_command_join_lines(char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] == '\n' || bytes[i] == '\r')
			bytes[i] = ' ';
}

bool
run_command_capture(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct command_request request = {.use = COMMAND_CAPTURE, .command = expression->text};
	struct command_result result;
	struct buffer output;

	buffer_init(&output, RUN_COMMAND_OUTPUT_MAX);
	request.output = &output;
	bool known = run_command_ask(evaluator, expression->offset, &request, &result);
	*value_out = (struct text){NULL, 0};
	if (known && result.status == 0 && output.size > 0) {
		run_command_join_lines(output.data, output.size);
		buffer_reset(&evaluator->work);
		buffer_append(&evaluator->work, text_trim(buffer_text(&output)));
		known = evaluate_take_work(evaluator, expression->offset, value_out);
	}
	buffer_clear(&output);
	return known;
}

bool
run_command_system(struct evaluator *evaluator, uint32_t offset, struct text command)
{
	struct command_request request = {.use = COMMAND_SYSTEM, .command = command};
	struct command_result result;

	return run_command_ask(evaluator, offset, &request, &result);
}

bool
run_command_rewrite(struct evaluator *evaluator, uint32_t offset, struct text command)
{
	struct command_request request = {.use = COMMAND_REWRITE, .command = command};
	struct command_result result;

	/* In the loop's own file the parser says so. */
	if (attachment_loop_is_running(evaluator))
		return evaluate_fail(evaluator, ERROR_INPUT, offset,
		    "`xfilter` cannot exchange the message while `foreach attachment` goes over "
		    "its "
		    "attachments");
	if (!run_command_ask(evaluator, offset, &request, &result))
		return false;
	if (result.timed_out)
		return true;
	if (result.status != 0 || result.rewritten == NULL) {
		struct text shown = text_slice(command, 0, RUN_COMMAND_SHOWN_MAX);
		return evaluate_fail(evaluator, ERROR_AGAIN, offset,
		    "the command of xfilter ended with status %d: %.*s", result.status,
		    TEXT_ARGUMENTS(shown));
	}
	evaluate_take_message(evaluator, result.rewritten);
	return true;
}
