/*
 * What a file does with its variables, taken as a whole: names that are nearly those of special
 * variables, letters in FLAGS that mean nothing, `import $NAME`; see inspect.h.
 */
#include "filter/mailfilter/inspect.h"

/* Names that are settings (they are set and need not be read) or results (they are read and need not
 * be set), long enough for a slip to be told from another word. */
static const struct text inspect_long_names[] = {
    TEXT("DEFAULT"),
    TEXT("EXITCODE"),
    TEXT("HOSTNAME"),
    TEXT("KEYWORDS"),
    TEXT("LOCKREFRESH"),
    TEXT("LOCKSLEEP"),
    TEXT("LOCKTIMEOUT"),
    TEXT("LOGNAME"),
    TEXT("MAILDIRQUOTA"),
    TEXT("RETURNCODE"),
    TEXT("SENDMAIL"),
};

static const struct text inspect_numeric_names[] = {
    TEXT("SIZE"),
    TEXT("LINES"),
    TEXT("RETURNCODE"),
    TEXT("EXITCODE"),
};

static struct inspect_variable *
inspect_variable(struct inspection *inspection, struct text name)
{
	struct inspect_variable *variable = table_find(&inspection->variables, name);

	if (variable != NULL)
		return variable;
	variable = arena_alloc(inspection->arena, sizeof *variable);
	variable->name = name;
	variable->is_special = inspect_is_special(name);
	for (size_t i = 0; i < sizeof inspect_numeric_names / sizeof *inspect_numeric_names; i++)
		variable->is_numeric |= text_is_equal(name, inspect_numeric_names[i]);
	table_set(&inspection->variables, name, variable);
	return variable;
}

static void
inspect_take_reads(struct inspection *inspection, const struct expression *expression)
{
	struct text name;
	size_t at = 0, start;

	while (inspect_next_name(expression->text, &at, &name, &start)) {
		struct inspect_variable *variable = inspect_variable(inspection, name);
		if (variable->read++ > 0)
			continue;
		variable->read_at = inspect_offset(inspection, expression, start);
		variable->read_size = variable->read_at == expression->offset
					  ? inspect_size(inspection, expression)
					  : (uint32_t)name.size + 1;
	}
}

static bool
inspect_gives_number(const struct expression *expression)
{
	struct text text;

	return expression->kind == EXPRESSION_ARITHMETIC ||
	       expression->kind == EXPRESSION_COMPLEMENT ||
	       (expression->kind == EXPRESSION_FUNCTION &&
		   (expression->function == FUNCTION_LENGTH ||
		       expression->function == FUNCTION_TIME)) ||
	       (inspect_literal(expression, &text) && inspect_is_number(text));
}

/* X = $X-1 shows that X is meant as a number. */
static bool
inspect_counts_itself(const struct expression *assignment)
{
	const struct expression *value = assignment->operands;
	struct text name;
	size_t at = 0, start;

	return value->kind == EXPRESSION_STRING && value->expands &&
	       inspect_next_name(value->text, &at, &name, &start) && start == 0 &&
	       text_is_equal(name, assignment->text) && at + 1 < value->text.size &&
	       value->text.data[at] == '-' &&
	       inspect_is_number(text_slice(value->text, at + 1, value->text.size));
}

static void
inspect_take(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	if (expression->kind == EXPRESSION_COMMAND ||
	    (expression->kind == EXPRESSION_STRING && expression->expands))
		inspect_take_reads(inspection, expression);
	if (expression->pattern != NULL && expression->pattern->expands) {
		struct expression pattern = {.kind = EXPRESSION_STRING,
		    .offset = expression->pattern->offset,
		    .text = expression->pattern->source};
		inspect_take_reads(inspection, &pattern);
	}
	if (site->statement->kind == STATEMENT_INCLUDE)
		inspection->has_includes = true;
	if (expression->kind != EXPRESSION_ASSIGNMENT)
		return;
	struct inspect_variable *variable = inspect_variable(inspection, expression->text);
	bool is_numeric =
	    inspect_gives_number(expression->operands) || inspect_counts_itself(expression);
	if (!variable->is_special)
		variable->is_numeric =
		    (variable->assigned == 0 || variable->is_numeric) && is_numeric;
	if (variable->assigned++ == 0)
		variable->assigned_at = inspect_name_offset(inspection, expression);
}

void
inspect_collect_variables(struct inspection *inspection)
{
	inspect_each(inspection, inspection->program->statements, inspect_take);
}

/* One byte more, less, other, or two changed over. */
static bool
inspect_is_near(struct text a, struct text b)
{
	size_t from = 0, last = 0;
	size_t size = a.size < b.size ? a.size : b.size;

	if (a.size > b.size + 1 || b.size > a.size + 1 || text_is_equal(a, b))
		return false;
	while (from < size && a.data[from] == b.data[from])
		from++;
	while (last < size - from && a.data[a.size - 1 - last] == b.data[b.size - 1 - last])
		last++;
	size_t left = a.size - from - last, right = b.size - from - last;
	if (left <= 1 && right <= 1)
		return true;
	return left == 2 && right == 2 && a.data[from] == b.data[from + 1] &&
	       a.data[from + 1] == b.data[from];
}

static void
inspect_spelling(struct inspection *inspection, const struct inspect_variable *variable)
{
	/* What is set and read here, or may be elsewhere, is a name of its own. */
	if (variable->is_special || (variable->assigned > 0 && variable->read > 0) ||
	    (variable->assigned == 0 && variable->read == 0))
		return;
	for (size_t i = 0; i < sizeof inspect_long_names / sizeof *inspect_long_names; i++) {
		struct text name = inspect_long_names[i];
		if (!inspect_is_near(variable->name, name))
			continue;
		bool is_set = variable->assigned > 0;
		struct diagnostic *added = diagnostics_add(inspection->diagnostics,
		    DIAGNOSTIC_MISSPELT_VARIABLE,
		    is_set ? variable->assigned_at : variable->read_at,
		    is_set ? (uint32_t)variable->name.size : variable->read_size,
		    "%.*s is %s in this file, and means nothing", TEXT_ARGUMENTS(variable->name),
		    is_set ? "set but never read" : "read but never set");
		diagnostic_advise(
		    inspection->diagnostics, added, "did you mean %.*s?", TEXT_ARGUMENTS(name));
		return;
	}
}

static void
inspect_flags(struct inspection *inspection, const struct expression *expression)
{
	struct text value;

	if (expression->kind != EXPRESSION_ASSIGNMENT ||
	    !text_is_equal(expression->text, TEXT("FLAGS")) ||
	    !inspect_literal(expression->operands, &value))
		return;
	for (size_t i = 0; i < value.size; i++) {
		if (text_find_byte(TEXT("DFPRST"), 0, value.data[i]) < 6)
			continue;
		struct diagnostic *added =
		    diagnostics_add(inspection->diagnostics, DIAGNOSTIC_FLAGS_LETTERS,
			inspect_offset(inspection, expression->operands, i), 1,
			"\"%c\" is no flag of a Maildir and is left out; in maildrop it breaks the "
			"delivery",
			value.data[i]);
		diagnostic_advise(inspection->diagnostics, added,
		    "D is draft, F flagged, P passed on, R replied, S seen, T trashed; capitals "
		    "count");
		return;
	}
}

static void
inspect_name_operand(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	const struct statement *statement = site->statement;
	struct text name;

	inspect_flags(inspection, expression);
	if (site->parent != NULL ||
	    (statement->kind != STATEMENT_IMPORT && statement->kind != STATEMENT_UNSET) ||
	    !inspect_is_variable(expression, &name))
		return;
	const char *word = statement->kind == STATEMENT_IMPORT ? "import" : "unset";
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_DOLLAR_NAME,
	    expression->offset, inspect_size(inspection, expression),
	    "`%s` takes a name: this is the variable that the value of %.*s names", word,
	    TEXT_ARGUMENTS(name));
	diagnostic_advise(
	    inspection->diagnostics, added, "write %s %.*s", word, TEXT_ARGUMENTS(name));
}

void
inspect_variables(struct inspection *inspection)
{
	size_t position = 0;
	struct text name;
	void *value;

	inspect_each(inspection, inspection->program->statements, inspect_name_operand);
	while (!inspection->has_includes &&
	       table_next(&inspection->variables, &position, &name, &value))
		inspect_spelling(inspection, value);
}
