/*
 * A question on the terminal; see explain_ask.h.
 */
#include "rehearse/explain_ask.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "rehearse/command_answers.h"
#include "rehearse/explain_text.h"
#include "system/file.h"
#include "system/terminal.h"

enum { EXPLAIN_ASK_ANSWER_MAX = 4096, EXPLAIN_ASK_COMMAND_MAX = 1000 };

/* One line from the terminal; empty at its end. */
static struct text
explain_ask_read(int terminal, char answer[EXPLAIN_ASK_ANSWER_MAX])
{
	ssize_t got = read(terminal, answer, EXPLAIN_ASK_ANSWER_MAX);

	return text_trim((struct text){answer, got > 0 ? (size_t)got : 0});
}

static void
explain_ask_say(int descriptor, struct text command)
{
	const struct terminal plain = {.is_terminal = true};
	struct buffer question;
	struct error ignored;

	buffer_init(&question, SIZE_MAX);
	buffer_append(&question, TEXT("\nThe rules want to run the command "));
	explain_text_quote(&question, &plain, command, EXPLAIN_ASK_COMMAND_MAX);
	buffer_append(
	    &question, TEXT("\nRun it? y: yes; =ANSWER: no, this is how it ends (as in --answer); "
			    "anything else: assume success: "));
	file_write(descriptor, buffer_text(&question), "/dev/tty", &ignored);
	buffer_clear(&question);
}

bool
explain_ask(void *self, struct text command, bool *run_out, struct plan_answer *answer_out)
{
	char memory[EXPLAIN_ASK_ANSWER_MAX];
	struct error error;
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (terminal < 0)
		return false;
	explain_ask_say(terminal, command);
	struct text answer = explain_ask_read(terminal, memory);
	close(terminal);
	*run_out =
	    text_is_equal_nocase(answer, TEXT("y")) || text_is_equal_nocase(answer, TEXT("yes"));
	if (*run_out)
		return true;
	return text_has_prefix(answer, TEXT("=")) &&
	       command_answers_parse(self, text_slice(answer, 1, answer.size), answer_out, &error);
}
