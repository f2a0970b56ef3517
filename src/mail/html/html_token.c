/*
 * The tokenizer (see html_token.h). A state looks at the next byte and says how many bytes it used up,
 * which may be none: then another state looks at the same byte. A token ends the walk over states.
 */
#include "mail/html/html_token.h"

#include <string.h>

#include "base/utf8.h"

/* What a state did. */
struct html_step {
	size_t taken;
	enum html_token token;
	struct text text;
};

#define HTML_STEP(count) ((struct html_step){.taken = (count)})

void
html_tokenizer_init(struct html_tokenizer *tokenizer)
{
	tokenizer->raw = HTML_ELEMENTS;
	html_tag_begin(&tokenizer->tag, false);
}

static struct html_step
html_token_go(struct html_tokenizer *tokenizer, enum html_state state, size_t taken)
{
	tokenizer->state = state;
	return HTML_STEP(taken);
}

/* HTML's white space; VT is none. */
static bool
html_token_is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* --- Text --------------------------------------------------------------------------------------- */

/* Text that is not in the input any more; comes out as the next token. */
static void
html_token_give(struct html_tokenizer *tokenizer, const char *bytes, size_t size)
{
	memcpy(tokenizer->given + tokenizer->given_size, bytes, size);
	tokenizer->given_size += size;
}

/* Gives back "<" or the like, which began no tag. */
static struct html_step
html_token_give_back(struct html_tokenizer *tokenizer, const char *bytes, enum html_state state)
{
	unsigned flags = html_element_flags(tokenizer->raw);

	/* Of scripts and styles nothing is text. */
	if ((flags & HTML_IS_LEFT_OUT) == 0)
		html_token_give(tokenizer, bytes, strlen(bytes));
	return html_token_go(tokenizer, state, 0);
}

static struct html_step
html_token_take_reference_start(struct html_tokenizer *tokenizer, enum html_state return_state)
{
	tokenizer->held[0] = '&';
	tokenizer->held_size = 1;
	tokenizer->return_state = return_state;
	return html_token_go(tokenizer, HTML_STATE_REFERENCE, 1);
}

/* A run of text up to what may be markup. */
static struct html_step
html_token_take_text(struct text input, bool has_references)
{
	struct text run = text_slice(input, 0, HTML_TOKEN_TEXT_MAX);

	run.size = text_find_byte(run, 0, '<');
	if (has_references)
		run.size = text_find_byte(run, 0, '&');
	return (struct html_step){run.size, HTML_TOKEN_TEXT, run};
}

static struct html_step
html_token_take_data(struct html_tokenizer *tokenizer, struct text input)
{
	if (input.data[0] == '<')
		return html_token_go(tokenizer, HTML_STATE_TAG_OPEN, 1);
	if (input.data[0] == '&')
		return html_token_take_reference_start(tokenizer, HTML_STATE_DATA);
	return html_token_take_text(input, true);
}

/* --- Tags --------------------------------------------------------------------------------------- */

static void
html_token_begin_tag(struct html_tokenizer *tokenizer, bool is_end)
{
	html_tag_begin(&tokenizer->tag, is_end);
	tokenizer->name_size = tokenizer->value_size = 0;
	tokenizer->is_name_cut = tokenizer->is_value_cut = false;
}

static void
html_token_add_name(struct html_tokenizer *tokenizer, char byte)
{
	/* tolerance: html-name-limit */
	if (tokenizer->name_size < HTML_TEXT_NAME_MAX)
		tokenizer->name[tokenizer->name_size++] = text_lower(byte);
	else
		tokenizer->is_name_cut = true;
}

static struct text
html_token_name(const struct html_tokenizer *tokenizer)
{
	return (struct text){tokenizer->name, tokenizer->name_size};
}

static void
html_token_end_name(struct html_tokenizer *tokenizer)
{
	html_tag_name(&tokenizer->tag, html_token_name(tokenizer));
	tokenizer->truncated |= tokenizer->is_name_cut;
	tokenizer->name_size = 0;
	tokenizer->is_name_cut = false;
}

/* The attribute, if there is one, is whole. */
static void
html_token_end_attribute(struct html_tokenizer *tokenizer)
{
	struct text value = {tokenizer->value, tokenizer->value_size};

	if (tokenizer->name_size > 0 && !tokenizer->is_name_cut &&
	    html_tag_add(&tokenizer->tag, html_token_name(tokenizer), value))
		tokenizer->truncated |= tokenizer->is_value_cut;
	tokenizer->name_size = tokenizer->value_size = 0;
	tokenizer->is_name_cut = tokenizer->is_value_cut = false;
}

static void
html_token_add_value(struct html_tokenizer *tokenizer, struct text bytes)
{
	size_t room = HTML_TEXT_VALUE_MAX - tokenizer->value_size;

	/* tolerance: html-value-limit */
	tokenizer->is_value_cut |= bytes.size > room;
	bytes = text_slice(bytes, 0, room);
	if (bytes.size > 0)
		memcpy(tokenizer->value + tokenizer->value_size, bytes.data, bytes.size);
	tokenizer->value_size += bytes.size;
}

/* At the '>'. */
static struct html_step
html_token_end_tag(struct html_tokenizer *tokenizer)
{
	unsigned raw = HTML_IS_RAW | HTML_IS_SCRIPT | HTML_IS_REFERENCES;
	bool is_raw = !tokenizer->tag.is_end && (html_element_flags(tokenizer->tag.id) & raw) != 0;

	html_token_end_attribute(tokenizer);
	tokenizer->raw = is_raw ? tokenizer->tag.id : HTML_ELEMENTS;
	tokenizer->state = is_raw ? HTML_STATE_RAW : HTML_STATE_DATA;
	tokenizer->script = HTML_SCRIPT_PLAIN;
	tokenizer->dashes = 0;
	return (struct html_step){.taken = 1, .token = HTML_TOKEN_TAG};
}

static struct html_step
html_token_take_tag_open(struct html_tokenizer *tokenizer, char byte)
{
	if (text_is_alpha(byte)) {
		html_token_begin_tag(tokenizer, false);
		return html_token_go(tokenizer, HTML_STATE_TAG_NAME, 0);
	}
	switch (byte) {
	case '!':
		return html_token_go(tokenizer, HTML_STATE_MARKUP, 1);
	case '/':
		return html_token_go(tokenizer, HTML_STATE_END_TAG_OPEN, 1);
	case '?':
		return html_token_go(tokenizer, HTML_STATE_BOGUS, 1);
	default:
		return html_token_give_back(tokenizer, "<", HTML_STATE_DATA);
	}
}

static struct html_step
html_token_take_end_tag_open(struct html_tokenizer *tokenizer, char byte)
{
	if (byte == '>')
		return html_token_go(tokenizer, HTML_STATE_DATA, 1);
	if (!text_is_alpha(byte))
		return html_token_go(tokenizer, HTML_STATE_BOGUS, 0);
	html_token_begin_tag(tokenizer, true);
	return html_token_go(tokenizer, HTML_STATE_TAG_NAME, 0);
}

static struct html_step
html_token_take_tag_name(struct html_tokenizer *tokenizer, char byte)
{
	bool is_end = byte == '/' || byte == '>' || html_token_is_space(byte);

	if (is_end) {
		html_token_end_name(tokenizer);
		return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
	}
	html_token_add_name(tokenizer, byte);
	return HTML_STEP(1);
}

static struct html_step
html_token_take_before_name(struct html_tokenizer *tokenizer, char byte)
{
	if (html_token_is_space(byte))
		return HTML_STEP(1);
	if (byte == '/')
		return html_token_go(tokenizer, HTML_STATE_SELF_CLOSING, 1);
	if (byte == '>')
		return html_token_end_tag(tokenizer);
	/* A name may begin with '=', and with nothing else that ends one. */
	html_token_add_name(tokenizer, byte);
	return html_token_go(tokenizer, HTML_STATE_NAME, 1);
}

static struct html_step
html_token_take_name(struct html_tokenizer *tokenizer, char byte)
{
	if (byte == '=')
		return html_token_go(tokenizer, HTML_STATE_BEFORE_VALUE, 1);
	if (byte == '/' || byte == '>' || html_token_is_space(byte))
		return html_token_go(tokenizer, HTML_STATE_AFTER_NAME, 0);
	html_token_add_name(tokenizer, byte);
	return HTML_STEP(1);
}

static struct html_step
html_token_take_after_name(struct html_tokenizer *tokenizer, char byte)
{
	if (html_token_is_space(byte))
		return HTML_STEP(1);
	if (byte == '=')
		return html_token_go(tokenizer, HTML_STATE_BEFORE_VALUE, 1);
	html_token_end_attribute(tokenizer);
	return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
}

static struct html_step
html_token_take_before_value(struct html_tokenizer *tokenizer, char byte)
{
	bool is_quote = byte == '"' || byte == '\'';

	if (html_token_is_space(byte))
		return HTML_STEP(1);
	if (byte == '>')
		return html_token_end_tag(tokenizer);
	tokenizer->quote = is_quote ? byte : '\0';
	return html_token_go(tokenizer, HTML_STATE_VALUE, is_quote);
}

static struct html_step
html_token_take_value(struct html_tokenizer *tokenizer, struct text input)
{
	bool is_quoted = tokenizer->quote != '\0';
	char byte = input.data[0];
	size_t run = 0;

	if (byte == '&')
		return html_token_take_reference_start(tokenizer, HTML_STATE_VALUE);
	if (is_quoted && byte == tokenizer->quote) {
		html_token_end_attribute(tokenizer);
		return html_token_go(tokenizer, HTML_STATE_AFTER_VALUE, 1);
	}
	if (!is_quoted && (byte == '>' || html_token_is_space(byte))) {
		html_token_end_attribute(tokenizer);
		return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
	}
	while (run < input.size && (byte = input.data[run]) != '&' &&
	       (is_quoted ? byte != tokenizer->quote : byte != '>' && !html_token_is_space(byte)))
		run++;
	html_token_add_value(tokenizer, text_slice(input, 0, run));
	return HTML_STEP(run);
}

static struct html_step
html_token_take_self_closing(struct html_tokenizer *tokenizer, char byte)
{
	if (byte != '>')
		return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
	tokenizer->tag.is_self_closing = true;
	return html_token_end_tag(tokenizer);
}

/* --- Comments and declarations ------------------------------------------------------------------ */

/* Up to the byte, and behind it. */
static struct html_step
html_token_skip_to(
    struct html_tokenizer *tokenizer, struct text input, char byte, enum html_state state)
{
	size_t found = text_find_byte(input, 0, byte);

	if (found == input.size)
		return HTML_STEP(found);
	return html_token_go(tokenizer, state, found + 1);
}

static struct html_step
html_token_take_comment(struct html_tokenizer *tokenizer, struct text input)
{
	bool is_dash = input.data[0] == '-', is_end = input.data[0] == '>';

	switch (tokenizer->state) {
	case HTML_STATE_MARKUP:
		/* DOCTYPE and CDATA end as what is bogus does. */
		return html_token_go(
		    tokenizer, is_dash ? HTML_STATE_MARKUP_DASH : HTML_STATE_BOGUS, is_dash);
	case HTML_STATE_MARKUP_DASH:
		return html_token_go(
		    tokenizer, is_dash ? HTML_STATE_COMMENT_START : HTML_STATE_BOGUS, is_dash);
	case HTML_STATE_BOGUS:
		return html_token_skip_to(tokenizer, input, '>', HTML_STATE_DATA);
	case HTML_STATE_COMMENT_START:
		if (is_dash)
			return html_token_go(tokenizer, HTML_STATE_COMMENT_START_DASH, 1);
		break;
	case HTML_STATE_COMMENT_START_DASH:
	case HTML_STATE_COMMENT_DASH:
		if (is_dash)
			return html_token_go(tokenizer, HTML_STATE_COMMENT_END, 1);
		is_end = is_end && tokenizer->state == HTML_STATE_COMMENT_START_DASH;
		break;
	case HTML_STATE_COMMENT_END:
		if (is_dash)
			return HTML_STEP(1);
		if (input.data[0] == '!')
			return html_token_go(tokenizer, HTML_STATE_COMMENT_BANG, 1);
		break;
	case HTML_STATE_COMMENT_BANG:
		if (is_dash)
			return html_token_go(tokenizer, HTML_STATE_COMMENT_DASH, 1);
		break;
	default:
		return html_token_skip_to(tokenizer, input, '-', HTML_STATE_COMMENT_DASH);
	}
	return html_token_go(tokenizer, is_end ? HTML_STATE_DATA : HTML_STATE_COMMENT, 1);
}

/* --- Raw text ----------------------------------------------------------------------------------- */

/* A byte of a script that is no '<': "-->" ends what "<!--" began. */
static void
html_token_watch_script(struct html_tokenizer *tokenizer, char byte)
{
	if (byte == '>' && tokenizer->dashes == 2)
		tokenizer->script = HTML_SCRIPT_PLAIN;
	tokenizer->dashes = byte == '-' ? tokenizer->dashes + (tokenizer->dashes < 2) : 0;
}

static struct html_step
html_token_take_raw(struct html_tokenizer *tokenizer, struct text input)
{
	unsigned flags = html_element_flags(tokenizer->raw);
	bool has_references = (flags & HTML_IS_REFERENCES) != 0;

	if (input.data[0] == '<') {
		tokenizer->held[0] = '<';
		tokenizer->held_size = 1;
		tokenizer->dashes = 0;
		return html_token_go(tokenizer, HTML_STATE_RAW_TAG, 1);
	}
	if (has_references && input.data[0] == '&')
		return html_token_take_reference_start(tokenizer, HTML_STATE_RAW);
	struct html_step step = html_token_take_text(input, has_references);
	if ((flags & HTML_IS_LEFT_OUT) != 0)
		step.token = HTML_TOKEN_NONE;
	for (size_t i = 0; i < step.taken && (flags & HTML_IS_SCRIPT) != 0; i++)
		html_token_watch_script(tokenizer, input.data[i]);
	return step;
}

/* "<" + what is held behind it is no end tag. */
static struct html_step
html_token_end_raw_tag(struct html_tokenizer *tokenizer)
{
	tokenizer->held[tokenizer->held_size] = '\0';
	return html_token_give_back(tokenizer, tokenizer->held, HTML_STATE_RAW);
}

/* The name behind "<" or "</" is whole: does it count? */
static struct html_step
html_token_end_raw_name(struct html_tokenizer *tokenizer)
{
	bool is_end = tokenizer->held_size > 1 && tokenizer->held[1] == '/';
	struct text held = {tokenizer->held, tokenizer->held_size};
	char lower[HTML_TOKEN_GIVEN_MAX];
	struct text name = text_slice(held, 1U + is_end, held.size);

	for (size_t i = 0; i < name.size; i++)
		lower[i] = text_lower(name.data[i]);
	name.data = lower;
	bool is_same =
	    html_element_find(name) == tokenizer->raw && tokenizer->raw != HTML_ELEMENT_PLAINTEXT;
	if (!is_same)
		return html_token_end_raw_tag(tokenizer);
	if (is_end && tokenizer->script == HTML_SCRIPT_TWICE) {
		tokenizer->script = HTML_SCRIPT_ESCAPED;
		return html_token_end_raw_tag(tokenizer);
	}
	if (!is_end) {
		if (tokenizer->script == HTML_SCRIPT_ESCAPED)
			tokenizer->script = HTML_SCRIPT_TWICE;
		return html_token_end_raw_tag(tokenizer);
	}
	html_token_begin_tag(tokenizer, true);
	html_tag_name(&tokenizer->tag, name);
	return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
}

static struct html_step
html_token_take_raw_tag(struct html_tokenizer *tokenizer, char byte)
{
	static const char open_comment[] = "<!--";
	size_t size = tokenizer->held_size;
	bool is_script = tokenizer->raw == HTML_ELEMENT_SCRIPT;
	bool is_comment = is_script && (size == 1 || tokenizer->held[1] == '!');

	if (is_comment && size < 4 && byte == open_comment[size]) {
		tokenizer->held[tokenizer->held_size++] = byte;
		if (tokenizer->held_size < 4)
			return HTML_STEP(1);
		if (tokenizer->script == HTML_SCRIPT_PLAIN)
			tokenizer->script = HTML_SCRIPT_ESCAPED;
		tokenizer->dashes = 2;
		return html_token_go(tokenizer, HTML_STATE_RAW, 1);
	}
	bool is_name = text_is_alpha(byte) && size < HTML_TOKEN_GIVEN_MAX / 2 &&
		       (is_script || size > 1) && tokenizer->held[size > 1 ? 1 : 0] != '!';
	if (is_name || (byte == '/' && size == 1)) {
		tokenizer->held[tokenizer->held_size++] = byte;
		return HTML_STEP(1);
	}
	if (html_token_is_space(byte) || byte == '/' || byte == '>')
		return html_token_end_raw_name(tokenizer);
	return html_token_end_raw_tag(tokenizer);
}

/* --- Character references ----------------------------------------------------------------------- */

/* Where the reference stands gets the bytes. */
static void
html_token_put(struct html_tokenizer *tokenizer, struct text bytes)
{
	if (tokenizer->return_state == HTML_STATE_VALUE)
		html_token_add_value(tokenizer, bytes);
	else
		html_token_give(tokenizer, bytes.data, bytes.size);
}

static void
html_token_put_character(struct html_tokenizer *tokenizer, uint32_t character)
{
	char bytes[UTF8_SEQUENCE_MAX];

	html_token_put(tokenizer, (struct text){bytes, utf8_format(character, bytes)});
}

/* What is held is no reference, or is what is left behind one. */
static struct html_step
html_token_put_held(struct html_tokenizer *tokenizer, size_t from)
{
	struct text held = {tokenizer->held, tokenizer->held_size};

	html_token_put(tokenizer, text_slice(held, from, held.size));
	return html_token_go(tokenizer, tokenizer->return_state, 0);
}

/* The name is whole; `byte` is behind it, which is used up if it is a semicolon that belongs to it. */
static struct html_step
html_token_end_reference(struct html_tokenizer *tokenizer, char byte)
{
	struct text name = {tokenizer->held + 1, tokenizer->held_size - 1};
	bool in_value = tokenizer->return_state == HTML_STATE_VALUE;
	struct html_entity entity;
	bool is_found = byte == ';' && html_entity_find(name, &entity);
	size_t size = is_found ? name.size : HTML_ENTITY_LEGACY_MAX;

	if (size > name.size)
		size = name.size;
	for (; !is_found && size > 0; size--) {
		is_found = html_entity_find(text_slice(name, 0, size), &entity) && entity.is_legacy;
		if (is_found)
			break;
	}
	bool has_semicolon = is_found && byte == ';' && size == name.size;
	/* For old addresses: "?a=1&copy=2" in an attribute is no reference. */
	if (is_found && in_value && !has_semicolon && (size < name.size || byte == '='))
		is_found = false;
	if (!is_found)
		return html_token_put_held(tokenizer, 0);
	html_token_put_character(tokenizer, entity.characters[0]);
	if (entity.characters[1] != 0)
		html_token_put_character(tokenizer, entity.characters[1]);
	html_token_put_held(tokenizer, 1 + size);
	return HTML_STEP(has_semicolon);
}

static struct html_step
html_token_take_reference(struct html_tokenizer *tokenizer, char byte)
{
	bool is_name = text_is_alpha(byte) || text_is_digit(byte);

	if (is_name && tokenizer->held_size <= HTML_ENTITY_NAME_MAX) {
		tokenizer->held[tokenizer->held_size++] = byte;
		return HTML_STEP(1);
	}
	if (byte == '#' && tokenizer->held_size == 1) {
		tokenizer->held[tokenizer->held_size++] = byte;
		tokenizer->is_number_hex = tokenizer->has_digit = false;
		tokenizer->number = 0;
		return html_token_go(tokenizer, HTML_STATE_NUMBER, 1);
	}
	return html_token_end_reference(tokenizer, byte);
}

static struct html_step
html_token_take_number(struct html_tokenizer *tokenizer, char byte)
{
	int digit = text_hex_value(byte);
	bool is_digit = tokenizer->is_number_hex ? digit >= 0 : text_is_digit(byte);

	if (is_digit) {
		uint32_t base = tokenizer->is_number_hex ? 16 : 10;
		/* Large enough to be none, and too small to overflow. */
		if (tokenizer->number <= 0x10FFFF)
			tokenizer->number = tokenizer->number * base + (uint32_t)digit;
		tokenizer->has_digit = true;
		return HTML_STEP(1);
	}
	if (!tokenizer->has_digit && tokenizer->held_size == 2 && text_lower(byte) == 'x') {
		tokenizer->held[tokenizer->held_size++] = byte;
		tokenizer->is_number_hex = true;
		return HTML_STEP(1);
	}
	if (!tokenizer->has_digit)
		return html_token_put_held(tokenizer, 0);
	html_token_put_character(tokenizer, html_entity_number(tokenizer->number));
	return html_token_go(tokenizer, tokenizer->return_state, byte == ';');
}

/* --- The walk ----------------------------------------------------------------------------------- */

static struct html_step
html_token_take(struct html_tokenizer *tokenizer, struct text input)
{
	char byte = input.data[0];

	switch (tokenizer->state) {
	case HTML_STATE_DATA:
		return html_token_take_data(tokenizer, input);
	case HTML_STATE_TAG_OPEN:
		return html_token_take_tag_open(tokenizer, byte);
	case HTML_STATE_END_TAG_OPEN:
		return html_token_take_end_tag_open(tokenizer, byte);
	case HTML_STATE_TAG_NAME:
		return html_token_take_tag_name(tokenizer, byte);
	case HTML_STATE_BEFORE_NAME:
		return html_token_take_before_name(tokenizer, byte);
	case HTML_STATE_NAME:
		return html_token_take_name(tokenizer, byte);
	case HTML_STATE_AFTER_NAME:
		return html_token_take_after_name(tokenizer, byte);
	case HTML_STATE_BEFORE_VALUE:
		return html_token_take_before_value(tokenizer, byte);
	case HTML_STATE_VALUE:
		return html_token_take_value(tokenizer, input);
	case HTML_STATE_AFTER_VALUE:
		return html_token_go(tokenizer, HTML_STATE_BEFORE_NAME, 0);
	case HTML_STATE_SELF_CLOSING:
		return html_token_take_self_closing(tokenizer, byte);
	case HTML_STATE_RAW:
		return html_token_take_raw(tokenizer, input);
	case HTML_STATE_RAW_TAG:
		return html_token_take_raw_tag(tokenizer, byte);
	case HTML_STATE_REFERENCE:
		return html_token_take_reference(tokenizer, byte);
	case HTML_STATE_NUMBER:
		return html_token_take_number(tokenizer, byte);
	default:
		return html_token_take_comment(tokenizer, input);
	}
}

/* The input is over: what is held is text, unless it is in a tag. */
static void
html_token_finish(struct html_tokenizer *tokenizer)
{
	bool in_text = tokenizer->return_state != HTML_STATE_VALUE;

	if (tokenizer->state == HTML_STATE_TAG_OPEN)
		html_token_give_back(tokenizer, "<", HTML_STATE_DATA);
	else if (tokenizer->state == HTML_STATE_END_TAG_OPEN)
		html_token_give_back(tokenizer, "</", HTML_STATE_DATA);
	else if (tokenizer->state == HTML_STATE_RAW_TAG)
		html_token_end_raw_tag(tokenizer);
	else if (tokenizer->state == HTML_STATE_REFERENCE && in_text)
		html_token_end_reference(tokenizer, ' ');
	else if (tokenizer->state == HTML_STATE_NUMBER && in_text)
		html_token_take_number(tokenizer, ' ');
}

enum html_token
html_token_next(
    struct html_tokenizer *tokenizer, struct text *input, bool is_last, struct text *text_out)
{
	struct html_step step = {0};

	while (step.token == HTML_TOKEN_NONE && tokenizer->given_size == 0 && input->size > 0) {
		step = html_token_take(tokenizer, *input);
		*input = text_slice(*input, step.taken, input->size);
	}
	if (step.token == HTML_TOKEN_NONE && tokenizer->given_size == 0 && is_last)
		html_token_finish(tokenizer);
	if (step.token == HTML_TOKEN_NONE && tokenizer->given_size > 0) {
		*text_out = (struct text){tokenizer->given, tokenizer->given_size};
		tokenizer->given_size = 0;
		return HTML_TOKEN_TEXT;
	}
	*text_out = step.text;
	return step.token;
}
