/*
 * Words that were meant to be calculated or matched: `X=$A-1`, `1/3`, `$A -1`, `X=/re/:b`. All of
 * them are one bare word to the language; see inspect.h.
 */
#include "filter/mailfilter/inspect.h"

#include <string.h>

#include "filter/mailfilter/pattern_flag.h"

/* A number or $NAME of a variable that holds numbers; its end in the text, or 0. */
static size_t
inspect_operand_end(const struct inspection *inspection, struct text text, size_t start)
{
	size_t end = start;
	struct text name;

	if (start < text.size && text.data[start] == '$') {
		size_t at = start, dollar;
		if (!inspect_next_name(text, &at, &name, &dollar) || dollar != start)
			return 0;
		const struct inspect_variable *variable = table_find(&inspection->variables, name);
		return variable != NULL && variable->is_numeric ? at : 0;
	}
	while (end < text.size && text_is_digit(text.data[end]))
		end++;
	return end > start ? end : 0;
}

/* operand [-/] operand { [-/] operand }, with a variable in it or one sign only. */
static bool
inspect_is_calculation(const struct inspection *inspection, struct text text)
{
	size_t at = inspect_operand_end(inspection, text, 0);
	unsigned signs = 0;

	while (at > 0 && at < text.size) {
		if (text.data[at] != '-' && text.data[at] != '/')
			return false;
		signs++;
		at = inspect_operand_end(inspection, text, at + 1);
	}
	return at > 0 && signs == 1;
}

static void
inspect_note_calculation(
    struct inspection *inspection, const struct expression *expression, struct text text)
{
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_BARE_ARITHMETIC, expression->offset, inspect_size(inspection, expression),
	    "\"%.*s\" is one word to the language: nothing is calculated", TEXT_ARGUMENTS(text));

	diagnostic_advise(
	    inspection->diagnostics, added, "write blanks on both sides of the sign: A - 1, A / 3");
}

/* `5 -1`: two words that are joined. */
static void
inspect_joined(struct inspection *inspection, const struct expression *expression)
{
	const struct expression *left = expression->operands;
	const struct expression *right = left != NULL ? left->next : NULL;

	if (right == NULL || right->next != NULL || right->kind != EXPRESSION_STRING ||
	    left->kind != EXPRESSION_STRING || !inspect_is_bare(inspection, left) ||
	    !inspect_is_bare(inspection, right) || right->text.size < 2 ||
	    right->text.data[0] != '-' ||
	    inspect_operand_end(inspection, left->text, 0) != left->text.size ||
	    inspect_operand_end(inspection, right->text, 1) != right->text.size)
		return;
	inspect_note_calculation(inspection, right, right->text);
}

/* The word reads like /pattern/:flags. */
static bool
inspect_is_pattern_word(struct text text)
{
	size_t colon = text_find(text, 0, TEXT("/:"));

	if (text.size < 4 || text.data[0] != '/' || colon == 0 || colon + 2 >= text.size)
		return false;
	for (size_t at = colon + 2; at < text.size; at++)
		if (pattern_flag_find(text.data[at]) == NULL)
			return false;
	return true;
}

/* The bytes of the weight ",2" behind a pattern that was read as a word. */
static size_t
inspect_weight_size(const struct inspection *inspection, const struct expression *word)
{
	struct text source = inspection->program->source;
	size_t start = word->offset + word->text.size, end = start;

	if (start >= source.size || source.data[start] != ',' ||
	    word->text.data != source.data + word->offset)
		return 0;
	while (end < source.size &&
	       (text_is_digit(source.data[end]) || strchr(",.+-", source.data[end]) != NULL))
		end++;
	return end - start;
}

void
inspect_arithmetic(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	const struct expression *parent = site->parent;
	struct text text = expression->text;

	if (expression->kind == EXPRESSION_CONCATENATION)
		inspect_joined(inspection, expression);
	if (parent == NULL || expression->kind != EXPRESSION_STRING ||
	    !inspect_is_bare(inspection, expression))
		return;
	if (parent->kind == EXPRESSION_ASSIGNMENT && inspect_is_pattern_word(text)) {
		struct diagnostic *added = diagnostics_add(inspection->diagnostics,
		    DIAGNOSTIC_PATTERN_AS_PATH, expression->offset, (uint32_t)text.size,
		    "behind = a slash begins a path: this is a text, no pattern");
		text.size += inspect_weight_size(inspection, expression);
		diagnostic_advise(inspection->diagnostics, added, "write %.*s = (%.*s)",
		    TEXT_ARGUMENTS(parent->text), TEXT_ARGUMENTS(text));
		return;
	}
	bool is_asked = parent->kind == EXPRESSION_ASSIGNMENT ||
			parent->kind == EXPRESSION_ARITHMETIC ||
			(parent->kind == EXPRESSION_COMPARISON && parent->operands->next != NULL &&
			    parent->operands->next->operation <= OPERATOR_NOT_EQUAL);
	if (is_asked && inspect_is_calculation(inspection, text))
		inspect_note_calculation(inspection, expression, text);
}
