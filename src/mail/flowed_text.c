/*
 * format=flowed (see flowed_text.h). What a line is, is known when its quote marks are counted and its
 * first bytes are no signature separator; until then they are counts in the state. Of the text only a
 * blank and a CR at its end wait for the byte behind them.
 */
#include "mail/flowed_text.h"

#include <string.h>

#include "base/bug.h"

/* What one byte of input can make, quote marks apart. */
enum { FLOWED_TEXT_STEP = 16, FLOWED_TEXT_HEAD_SIZE = 3 };
static const char flowed_text_separator[FLOWED_TEXT_HEAD_SIZE + 1] = "-- ";

struct flowed_output {
	char *out;
	size_t size, used;
};

static void
flowed_text_put(struct flowed_output *output, const char *bytes, size_t size)
{
	REQUIRE(size <= output->size - output->used);
	if (size > 0)
		memcpy(output->out + output->used, bytes, size);
	output->used += size;
}

static void
flowed_text_put_line_end(struct flowed_output *output, bool is_crlf)
{
	flowed_text_put(output, is_crlf ? "\r\n" : "\n", 1 + is_crlf);
}

void
flowed_text_init(struct flowed_text *flowed, bool deletes_space)
{
	*flowed = (struct flowed_text){.deletes_space = deletes_space};
}

/* The line is no continuation: the one that waits ends here. Its quote marks are written later. */
static void
flowed_text_begin_line(struct flowed_text *flowed, struct flowed_output *output, bool is_empty)
{
	if (flowed->is_open)
		flowed_text_put_line_end(output, flowed->is_open_crlf);
	flowed->is_open = false;
	flowed->marks = flowed->depth;
	flowed->wants_blank = flowed->depth > 0 && !is_empty;
}

/* What was held of a line that is no separator is its text. */
static void
flowed_text_enter_line(struct flowed_text *flowed, struct flowed_output *output, bool is_empty)
{
	/* tolerance: flowed-empty-line */
	if (!flowed->is_open || flowed->depth != flowed->depth_before || is_empty)
		flowed_text_begin_line(flowed, output, is_empty);
	flowed->is_open = false;
	flowed->state = FLOWED_TEXT_LINE;
}

/* The bytes of the head, behind the quote marks. */
static void
flowed_text_put_head(struct flowed_text *flowed, struct flowed_output *output)
{
	bool has_blank = flowed->head == FLOWED_TEXT_HEAD_SIZE;

	if (flowed->head == 0)
		return;
	flowed_text_put(output, flowed_text_separator, flowed->head - has_blank);
	flowed->has_blank = has_blank;
	flowed->head = 0;
}

static void
flowed_text_put_held(struct flowed_text *flowed, struct flowed_output *output)
{
	flowed_text_put(output, " ", flowed->has_blank);
	flowed_text_put(output, "\r", flowed->has_return);
	flowed->has_blank = flowed->has_return = false;
}

static void
flowed_text_end_line(struct flowed_text *flowed, struct flowed_output *output)
{
	flowed->is_open = flowed->has_blank;
	flowed->is_open_crlf = flowed->has_return;
	flowed->depth_before = flowed->depth;
	flowed_text_put(output, " ", flowed->has_blank && !flowed->deletes_space);
	if (!flowed->is_open)
		flowed_text_put_line_end(output, flowed->has_return);
	flowed->has_blank = flowed->has_return = flowed->is_stuffed = false;
	flowed->depth = flowed->head = 0;
	flowed->state = FLOWED_TEXT_MARKS;
}

/* Text up to the bytes that may belong to the line end. */
static size_t
flowed_text_put_run(struct flowed_text *flowed, struct text input, struct flowed_output *output)
{
	size_t room = output->size - output->used - FLOWED_TEXT_STEP;
	size_t run = text_find_byte(text_slice(input, 0, room), 0, '\n');

	while (run > 0 && (input.data[run - 1] == ' ' || input.data[run - 1] == '\r'))
		run--;
	if (run == 0)
		return 0;
	flowed_text_put_held(flowed, output);
	flowed_text_put(output, input.data, run);
	return run;
}

/* The rest of a line. Returns the number of bytes that were read. */
static size_t
flowed_text_take_line(struct flowed_text *flowed, struct text input, struct flowed_output *output)
{
	char byte = input.data[0];

	if (byte == '\n') {
		flowed_text_end_line(flowed, output);
		return 1;
	}
	if (byte != ' ' && byte != '\r')
		return flowed_text_put_run(flowed, input, output);
	if (byte == ' ' || flowed->has_return)
		flowed_text_put_held(flowed, output);
	flowed->has_blank |= byte == ' ';
	flowed->has_return = byte == '\r';
	return 1;
}

/* Finds out what the line is. Returns the number of bytes that were read, none when it is known. */
static size_t
flowed_text_take_head(struct flowed_text *flowed, char byte, struct flowed_output *output)
{
	bool is_whole = flowed->head == FLOWED_TEXT_HEAD_SIZE;
	/* RFC 3676, section 4.3: before a blank is taken off, but behind quote marks also after it. */
	bool may_be_separator = !is_whole && (flowed->depth > 0 || !flowed->is_stuffed);

	if (!flowed->has_return) {
		bool is_next = may_be_separator && byte == flowed_text_separator[flowed->head];
		flowed->head += is_next;
		flowed->has_return = byte == '\r' && (is_whole || flowed->head == 0);
		if (is_next || flowed->has_return)
			return 1;
	}
	if (is_whole && byte == '\n') {
		flowed_text_begin_line(flowed, output, false);
		flowed->state = FLOWED_TEXT_SEPARATOR;
	} else {
		flowed_text_enter_line(flowed, output, flowed->head == 0 && byte == '\n');
	}
	return 0;
}

static void
flowed_text_take_byte(struct flowed_text *flowed, struct text *input, struct flowed_output *output)
{
	char byte = input->data[0];
	size_t taken = 0;

	switch (flowed->state) {
	case FLOWED_TEXT_MARKS:
		taken = byte == '>';
		flowed->depth += taken;
		if (taken == 0)
			flowed->state = FLOWED_TEXT_STUFFED;
		break;
	case FLOWED_TEXT_STUFFED:
		taken = byte == ' ';
		flowed->is_stuffed = taken > 0;
		flowed->state = FLOWED_TEXT_HEAD;
		break;
	case FLOWED_TEXT_HEAD:
		taken = flowed_text_take_head(flowed, byte, output);
		break;
	case FLOWED_TEXT_LINE:
		flowed_text_put_head(flowed, output);
		taken = flowed_text_take_line(flowed, *input, output);
		break;
	case FLOWED_TEXT_SEPARATOR:
		flowed_text_put(output, flowed_text_separator, FLOWED_TEXT_HEAD_SIZE);
		flowed->has_blank = false;
		flowed_text_end_line(flowed, output);
		taken = 1;
		break;
	case FLOWED_TEXT_ENDED:
		taken = input->size;
		break;
	}
	*input = text_slice(*input, taken, input->size);
}

/* A step towards the end, behind the last byte. */
static void
flowed_text_finish(struct flowed_text *flowed, struct flowed_output *output)
{
	enum flowed_text_state state = flowed->state;

	if (state == FLOWED_TEXT_MARKS && flowed->depth == 0) {
		if (flowed->is_open)
			flowed_text_put_line_end(output, flowed->is_open_crlf);
		flowed->state = FLOWED_TEXT_ENDED;
	} else if (state == FLOWED_TEXT_LINE) {
		flowed_text_put_head(flowed, output);
		/* The line end that belongs to a boundary is not here, and the blank is as if it were. */
		flowed->has_blank &= !flowed->deletes_space || flowed->has_return;
		flowed_text_put_held(flowed, output);
		flowed->state = FLOWED_TEXT_ENDED;
	} else if (state == FLOWED_TEXT_SEPARATOR) {
		flowed_text_put(output, flowed_text_separator, FLOWED_TEXT_HEAD_SIZE);
		flowed->has_blank = false;
		flowed_text_put_held(flowed, output);
		flowed->state = FLOWED_TEXT_ENDED;
	} else if (flowed->head == FLOWED_TEXT_HEAD_SIZE) {
		flowed_text_begin_line(flowed, output, false);
		flowed->state = FLOWED_TEXT_SEPARATOR;
	} else {
		flowed_text_enter_line(flowed, output, flowed->head == 0);
	}
}

/* Quote marks, as many as have room. */
static void
flowed_text_put_marks(struct flowed_text *flowed, struct flowed_output *output)
{
	size_t room = output->size - output->used - FLOWED_TEXT_STEP;
	size_t count = flowed->marks < room ? flowed->marks : room;

	memset(output->out + output->used, '>', count);
	output->used += count;
	flowed->marks -= count;
	if (flowed->marks > 0)
		return;
	flowed_text_put(output, " ", flowed->wants_blank);
	flowed->wants_blank = false;
}

size_t
flowed_text_take(
    struct flowed_text *flowed, struct text *input, bool is_last, char *out, size_t size)
{
	struct flowed_output output = {.out = out, .size = size};

	REQUIRE(size >= FLOWED_TEXT_OUT_MIN);
	while (output.size - output.used > FLOWED_TEXT_STEP) {
		if (flowed->marks > 0 || flowed->wants_blank)
			flowed_text_put_marks(flowed, &output);
		else if (input->size > 0)
			flowed_text_take_byte(flowed, input, &output);
		else if (is_last && flowed->state != FLOWED_TEXT_ENDED)
			flowed_text_finish(flowed, &output);
		else
			break;
	}
	return output.used;
}
