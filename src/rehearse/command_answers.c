/*
 * Answers in place of commands; see command_answers.h.
 */
#include "rehearse/command_answers.h"

#include "base/number.h"
#include "base/vector.h"
#include "system/file.h"

/* The bytes that \n, \t, \\ and, where it is special, a quoted character stand for. */
static struct text
command_answers_unescape(struct arena *arena, struct text written)
{
	char *bytes = arena_alloc_bytes(arena, written.size);
	size_t size = 0;

	for (size_t i = 0; i < written.size; i++) {
		char byte = written.data[i];
		if (byte == '\\' && i + 1 < written.size) {
			byte = written.data[++i];
			if (byte == 'n')
				byte = '\n';
			else if (byte == 't')
				byte = '\t';
		}
		bytes[size++] = byte;
	}
	return (struct text){bytes, size};
}

/* The first "=" without a backslash in front; the size when there is none. */
static size_t
command_answers_split(struct text written)
{
	for (size_t i = 0; i < written.size; i++) {
		if (written.data[i] == '\\')
			i++;
		else if (written.data[i] == '=')
			return i;
	}
	return written.size;
}

static bool
command_answers_take_status(struct text *written, int *status_out, struct error *error)
{
	uint64_t status;

	*written = text_slice(*written, TEXT("status:").size, written->size);
	struct text digits = text_split(written, ':');
	if (!number_parse_unsigned(digits, 255, &status))
		return error_set(error, ERROR_INPUT,
		    "the answer \"status:%.*s\": give a number from 0 to 255",
		    TEXT_ARGUMENTS(digits));
	*status_out = (int)status;
	return true;
}

bool
command_answers_parse(
    struct arena *arena, struct text written, struct plan_answer *answer_out, struct error *error)
{
	*answer_out = (struct plan_answer){.status = 0};
	if (text_is_equal(written, TEXT("timeout"))) {
		answer_out->status = -1;
		return true;
	}
	if (text_has_prefix(written, TEXT("status:")) &&
	    !command_answers_take_status(&written, &answer_out->status, error))
		return false;
	if (text_has_prefix(written, TEXT("@"))) {
		const char *path = arena_copy_string(arena, text_slice(written, 1, written.size));
		return file_read(arena, path, COMMAND_ANSWERS_FILE_MAX, &answer_out->output, error);
	}
	answer_out->output = command_answers_unescape(arena, written);
	return true;
}

bool
command_answers_add(
    struct command_answers *answers, struct arena *arena, struct text written, struct error *error)
{
	struct command_answer answer;
	size_t at = command_answers_split(written);

	if (at == 0 || at == written.size)
		return error_set(error, ERROR_INPUT, "the answer \"%.*s\": write COMMAND=ANSWER",
		    TEXT_ARGUMENTS(text_slice(written, 0, 200)));
	answer.pattern = command_answers_unescape(arena, text_slice(written, 0, at));
	if (!command_answers_parse(
		arena, text_slice(written, at + 1, written.size), &answer.answer, error))
		return false;
	answers->items = vector_grow(
	    arena, answers->items, answers->count, &answers->capacity, sizeof *answers->items);
	answers->items[answers->count++] = answer;
	return true;
}

struct plan_answer *
command_answers_find(const struct command_answers *answers, struct text command)
{
	struct text whole = text_trim(command), word = whole;
	size_t name = 0;

	for (size_t i = 0; i < word.size; i++)
		if (text_is_space(word.data[i]))
			word.size = i;
	for (size_t i = 0; i < word.size; i++)
		if (word.data[i] == '/')
			name = i + 1;
	for (size_t i = 0; i < answers->count; i++) {
		struct text pattern = answers->items[i].pattern;
		if (text_is_equal(pattern, word) || text_is_equal(pattern, whole) ||
		    text_is_equal(pattern, text_slice(word, name, word.size)))
			return &answers->items[i].answer;
	}
	return NULL;
}
