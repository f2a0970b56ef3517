/*
 * Questions about attachments that nothing can answer with yes; see inspect.h. The facts are those of
 * filter/engine/attachment/attachment_fact.h, the classes those of filter/engine/attachment/attachment_class.h.
 */
#include "filter/engine/attachment/attachment_fact.h"
#include "filter/mailfilter/inspect.h"

static const struct text inspect_classes[] = {
    TEXT("executable"),
    TEXT("script"),
    TEXT("macro"),
    TEXT("archive"),
    TEXT("document"),
    TEXT("image"),
    TEXT("audio"),
    TEXT("video"),
    TEXT("text"),
    TEXT("message"),
    TEXT("other"),
};

static const struct expression *
inspect_attachment_call(const struct expression *operand)
{
	return operand != NULL && operand->kind == EXPRESSION_FUNCTION &&
		       operand->function == FUNCTION_ATTACHMENT
		   ? operand
		   : NULL;
}

static struct diagnostic *
inspect_attachment_say(
    struct inspection *inspection, const struct expression *expression, const char *what)
{
	return diagnostics_add(inspection->diagnostics, DIAGNOSTIC_ATTACHMENT_CONDITION,
	    expression->begin, expression->end - expression->begin, "%s", what);
}

/* Letters and digits only: what such a pattern asks for is known. */
static bool
inspect_is_plain(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!text_is_alpha(text.data[i]) && !text_is_digit(text.data[i]))
			return false;
	return text.size > 0;
}

static bool
inspect_has_capital(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != text_lower(text.data[i]))
			return true;
	return false;
}

/* The class is a part of a word, "exec" say. */
static bool
inspect_is_class(struct text wanted)
{
	for (size_t i = 0; i < sizeof inspect_classes / sizeof *inspect_classes; i++)
		if (text_has_prefix_nocase(inspect_classes[i], wanted))
			return true;
	return text_is_equal_nocase(wanted, TEXT("with"));
}

static void
inspect_attachment_class(
    struct inspection *inspection, const struct expression *expression, struct text wanted)
{
	while (wanted.size > 0) {
		struct text word = text_split(&wanted, ' ');
		if (!inspect_is_plain(word) || inspect_is_class(word))
			continue;
		diagnostic_advise(inspection->diagnostics,
		    inspect_attachment_say(
			inspection, expression, "no attachment is of this class"),
		    "the classes are executable, script, macro, archive, document, image, audio, "
		    "video, text, message and other; for types ask attachment(type)");
		return;
	}
}

/* Compared with a text that is known. */
static void
inspect_attachment_text(struct inspection *inspection, const struct expression *expression,
    enum attachment_fact fact, struct text wanted)
{
	struct diagnostics *list = inspection->diagnostics;

	if (fact == ATTACHMENT_FACT_CLASS) {
		inspect_attachment_class(inspection, expression, wanted);
		return;
	}
	if (fact == ATTACHMENT_FACT_EXTENSION && text_find_byte(wanted, 0, '.') < wanted.size)
		diagnostic_advise(list,
		    inspect_attachment_say(inspection, expression, "the extension has no dot"),
		    "leave the dot away, or ask attachment(name)");
	else if ((fact == ATTACHMENT_FACT_EXTENSION || fact == ATTACHMENT_FACT_TYPE ||
		     fact == ATTACHMENT_FACT_MEMBER_TYPE || fact == ATTACHMENT_FACT_DECLARED) &&
		 inspect_has_capital(wanted))
		diagnostic_advise(list,
		    inspect_attachment_say(
			inspection, expression, "types and extensions are in small letters"),
		    "write it in small letters");
}

static void
inspect_attachment_pattern(struct inspection *inspection, const struct expression *expression)
{
	enum attachment_fact fact = (enum attachment_fact)expression->operands->fact;
	const struct program_pattern *pattern = expression->pattern;

	if (attachment_fact_kind(fact) == ATTACHMENT_FACT_NUMBER)
		diagnostic_advise(inspection->diagnostics,
		    inspect_attachment_say(
			inspection, expression, "this is a number: a pattern sees its digits only"),
		    "compare it: attachment(%.*s) > 1000",
		    TEXT_ARGUMENTS(attachment_fact_word(fact)));
	else if (attachment_fact_kind(fact) == ATTACHMENT_FACT_TRUTH)
		diagnostic_advise(inspection->diagnostics,
		    inspect_attachment_say(
			inspection, expression, "this is 1 or 0: a pattern has nothing to find"),
		    "write attachment(%.*s) alone", TEXT_ARGUMENTS(attachment_fact_word(fact)));
	else if (fact == ATTACHMENT_FACT_CLASS && !pattern->expands &&
		 inspect_is_plain(pattern->source))
		inspect_attachment_class(inspection, expression, pattern->source);
	else if (fact == ATTACHMENT_FACT_EXTENSION && !pattern->expands &&
		 (text_has_prefix(pattern->source, TEXT("\\.")) ||
		     text_has_prefix(pattern->source, TEXT("^\\."))))
		inspect_attachment_text(inspection, expression, fact, TEXT("."));
}

static void
inspect_attachment_compared(struct inspection *inspection, const struct expression *expression,
    const struct expression *call, const struct expression *other)
{
	enum attachment_fact fact = (enum attachment_fact)call->fact;
	enum expression_operator operation = expression->operands->next->operation;
	bool is_text = attachment_fact_kind(fact) == ATTACHMENT_FACT_TEXT;
	struct text wanted;

	if (is_text && operation < OPERATOR_TEXT_LESS) {
		diagnostic_advise(inspection->diagnostics,
		    inspect_attachment_say(
			inspection, expression, "this is a text, and compared as a number"),
		    "compare texts with eq, ne, lt, le, gt and ge");
		return;
	}
	if (!is_text && operation >= OPERATOR_TEXT_LESS) {
		diagnostic_advise(inspection->diagnostics,
		    inspect_attachment_say(
			inspection, expression, "this is a number, and compared as a text"),
		    "compare numbers with ==, !=, <, <=, > and >=");
		return;
	}
	if (is_text && operation == OPERATOR_TEXT_EQUAL && inspect_literal(other, &wanted))
		inspect_attachment_text(inspection, expression, fact, wanted);
}

void
inspect_attachment(struct inspection *inspection, const struct expression *expression)
{
	const struct expression *left = expression->operands;

	if (expression->pattern != NULL) {
		inspect_attachment_pattern(inspection, expression);
		return;
	}
	if (inspect_attachment_call(left) != NULL)
		inspect_attachment_compared(inspection, expression, left, left->next);
	else
		inspect_attachment_compared(inspection, expression, left->next, left);
}
