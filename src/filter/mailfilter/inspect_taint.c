/*
 * Text that the sender of a message chose, on its way into a command or a path; see inspect.h. A
 * walk in the order of the file: MATCH variables are as dangerous as the bytes that their group of
 * the pattern lets through, an assignment hands on what it is given, escape() makes it safe. Ways
 * that come together give what any of them gives.
 */
#include "base/vector.h"
#include "filter/engine/attachment/attachment_fact.h"
#include "filter/mailfilter/inspect.h"

#include <stdio.h>
#include <string.h>

enum {
	TAINT_SHELL = 1, /* may hold characters that mean something to a shell */
	TAINT_PATH = 2,  /* may hold a slash */
	TAINT_BLANK = 4, /* may hold blanks or what a shell expands to names of files */
	TAINT_ALL = 7,
	TAINT_GROUPS_MAX = 100,
};

struct taint_variable {
	struct text name;
	unsigned taint;
	/* While ways come together: what they gave, and how many of them. */
	unsigned joined, ways, last_way;
	bool is_joining;
};

struct taint_change {
	struct taint_variable *variable;
	unsigned before, after;
	unsigned way; /* the branch that it was made in; 0: none that goes on */
};

struct taint_walk {
	struct inspection *inspection;
	struct table variables;
	struct taint_change *changes;
	size_t change_count, change_capacity;
	unsigned way_count;
};

static bool taint_list(struct taint_walk *walk, const struct statement *list);

static unsigned
taint_of_name(const struct taint_walk *walk, struct text name)
{
	const struct taint_variable *variable = table_find(&walk->variables, name);

	return variable != NULL ? variable->taint : 0;
}

static void
taint_set(struct taint_walk *walk, struct text name, unsigned taint)
{
	struct taint_variable *variable = table_find(&walk->variables, name);

	if (variable == NULL) {
		if (taint == 0)
			return;
		variable = arena_alloc(walk->inspection->arena, sizeof *variable);
		variable->name = arena_copy_text(walk->inspection->arena, name);
		table_set(&walk->variables, name, variable);
	}
	/* Also when it stays the same: that this way set it counts where ways come together. */
	walk->changes = vector_grow(walk->inspection->arena, walk->changes, walk->change_count,
	    &walk->change_capacity, sizeof *walk->changes);
	walk->changes[walk->change_count++] =
	    (struct taint_change){variable, variable->taint, taint, 0};
	variable->taint = taint;
}

/* What the bytes of a set can do. */
static unsigned
taint_of_bytes(const struct byte_set *bytes)
{
	unsigned taint = 0;

	for (unsigned byte = 1; byte < 256; byte++) {
		if (!byte_set_has(bytes, (unsigned char)byte) || byte >= 0x80 ||
		    text_is_alpha((char)byte) || text_is_digit((char)byte) ||
		    strchr("_-.@,:+=%", (int)byte) != NULL)
			continue;
		if (byte == '/')
			taint |= TAINT_PATH;
		else if (strchr(" \t*?[]~^", (int)byte) != NULL) /* split or expanded */
			taint |= TAINT_BLANK | TAINT_SHELL;
		else
			taint |= TAINT_SHELL;
	}
	return taint;
}

/* What a group of the pattern lets through of its subject. */
static unsigned
taint_of_group(const struct pattern_shape *shape, unsigned group, unsigned subject)
{
	struct byte_set bytes;

	if (shape == NULL || !pattern_shape_group_bytes(shape, group, &bytes))
		return subject;
	return taint_of_bytes(&bytes) & subject;
}

static unsigned
taint_count_groups(struct text source)
{
	unsigned count = 0;

	for (size_t at = text_find_byte(source, 0, '(');
	     at < source.size && count < TAINT_GROUPS_MAX; at = text_find_byte(source, at + 1, '('))
		count++;
	return count;
}

static void
taint_match(struct taint_walk *walk, const struct program_pattern *pattern, unsigned subject,
    bool is_certain)
{
	struct arena *scratch = &walk->inspection->scratch;
	unsigned groups = taint_count_groups(pattern->source);
	const struct pattern_shape *shape =
	    pattern->expands
		? NULL
		: pattern_shape_parse(scratch, pattern->source, pattern->case_sensitive);

	for (unsigned i = 0; i <= groups; i++) {
		char bytes[16];
		struct text name =
		    i == 0
			? TEXT("MATCH")
			: (struct text){bytes, (size_t)snprintf(bytes, sizeof bytes, "MATCH%u", i)};
		unsigned taint = taint_of_group(shape, i, subject);
		if (!is_certain)
			taint |= taint_of_name(walk, name);
		taint_set(walk, name, taint);
	}
	arena_clear(scratch);
}

static unsigned taint_expression(
    struct taint_walk *walk, const struct expression *expression, bool is_certain);

static unsigned
taint_function(struct taint_walk *walk, const struct expression *expression)
{
	unsigned first = 0, all = 0;

	for (const struct expression *at = expression->operands; at != NULL; at = at->next) {
		unsigned taint = taint_expression(walk, at, true);
		first = at == expression->operands ? taint : first;
		all |= taint;
	}
	switch (expression->function) {
	case FUNCTION_SUBSTR:
	case FUNCTION_TOLOWER:
	case FUNCTION_TOUPPER:
	case FUNCTION_GETADDR:
		return first;
	case FUNCTION_ESCAPE:
		return first & (unsigned)~TAINT_SHELL & (unsigned)~TAINT_BLANK;
	case FUNCTION_DATABASE_FETCH:
		return all;
	case FUNCTION_ENVELOPE:
	case FUNCTION_MESSAGE:
		return TAINT_ALL;
	case FUNCTION_ATTACHMENT:
		return attachment_fact_kind(expression->fact) == ATTACHMENT_FACT_TEXT ? TAINT_ALL
										      : 0;
	default:
		return 0;
	}
}

/* What a command in backticks does with variables: a shell expands them, and splits what is not in
 * double quotes. */
static void
taint_command(struct taint_walk *walk, const struct expression *expression)
{
	struct text text = expression->text;
	char quote = '\0';

	for (size_t at = 0; at < text.size; at++) {
		char byte = text.data[at];
		if (byte == '\\' && quote != '\'') {
			at++;
		} else if (quote == '\0' && (byte == '"' || byte == '\'')) {
			quote = byte;
		} else if (byte == quote) {
			quote = '\0';
		} else if (byte == '$' && quote == '\0') {
			struct text name;
			size_t next = at, start;
			if (!inspect_next_name(text, &next, &name, &start) || start != at)
				continue;
			at = next - 1;
			if ((taint_of_name(walk, name) & TAINT_BLANK) == 0)
				continue;
			uint32_t offset = inspect_offset(walk->inspection, expression, start);
			struct diagnostic *added = diagnostics_add(walk->inspection->diagnostics,
			    DIAGNOSTIC_UNQUOTED_IN_COMMAND, offset,
			    offset == expression->offset ? 1 : (uint32_t)(next - start),
			    "%.*s comes from the message: the shell splits it at blanks and "
			    "expands * in it",
			    TEXT_ARGUMENTS(name));
			diagnostic_advise(walk->inspection->diagnostics, added,
			    "put it into double quotes: \"$%.*s\"", TEXT_ARGUMENTS(name));
		}
	}
}

static unsigned
taint_string(const struct taint_walk *walk, const struct expression *expression)
{
	struct text name;
	size_t at = 0, start;
	unsigned taint = 0;

	while (expression->expands && inspect_next_name(expression->text, &at, &name, &start))
		taint |= taint_of_name(walk, name);
	return taint;
}

/* SENDER = "$5": what the mail server hands on under this name, its sender has written. */
static unsigned
taint_of_sender(const struct expression *assignment)
{
	struct text name;

	if (!text_is_equal(assignment->text, TEXT("SENDER")) &&
	    !text_is_equal(assignment->text, TEXT("FROM")))
		return 0;
	return inspect_is_variable(assignment->operands, &name) && text_is_digit(name.data[0])
		   ? TAINT_ALL
		   : 0;
}

static unsigned
taint_expression(struct taint_walk *walk, const struct expression *expression, bool is_certain)
{
	unsigned taint = 0;

	switch (expression->kind) {
	case EXPRESSION_STRING:
		return taint_string(walk, expression);
	case EXPRESSION_COMMAND:
		/* Whatever a command makes of a message, its sender had a say in it. */
		taint_command(walk, expression);
		return text_find(expression->text, 0, TEXT("formail")) < expression->text.size
			   ? TAINT_ALL
			   : 0;
	case EXPRESSION_FUNCTION:
		return taint_function(walk, expression);
	case EXPRESSION_SEARCH:
	case EXPRESSION_FIELDS:
		if (!expression->pattern->weighted)
			taint_match(walk, expression->pattern, TAINT_ALL, is_certain);
		return 0;
	case EXPRESSION_MATCH:
		taint = taint_expression(walk, expression->operands, is_certain);
		if (!expression->pattern->weighted)
			taint_match(walk, expression->pattern, taint, is_certain);
		return 0;
	case EXPRESSION_ATTACHMENTS:
		if (expression->pattern != NULL)
			taint_match(walk, expression->pattern, TAINT_ALL, is_certain);
		return 0;
	case EXPRESSION_NOT:
		taint_expression(walk, expression->operands, false);
		return 0;
	default:
		break;
	}
	for (const struct expression *at = expression->operands; at != NULL; at = at->next) {
		taint |= taint_expression(walk, at,
		    is_certain &&
			(expression->kind != EXPRESSION_OR || at == expression->operands));
	}
	if (expression->kind == EXPRESSION_ASSIGNMENT) {
		taint |= taint_of_sender(expression);
		taint_set(walk, expression->text, taint);
	}
	return expression->kind == EXPRESSION_CONCATENATION || expression->kind == EXPRESSION_OR ||
		       expression->kind == EXPRESSION_AND ||
		       expression->kind == EXPRESSION_ASSIGNMENT
		   ? taint
		   : 0;
}

static void
taint_note_command(
    struct taint_walk *walk, const struct expression *string, struct text name, size_t start)
{
	struct diagnostics *list = walk->inspection->diagnostics;
	uint32_t offset = inspect_offset(walk->inspection, string, start);
	uint32_t size = offset == string->offset && start > 0
			    ? inspect_size(walk->inspection, string)
			    : (uint32_t)name.size + 1;
	struct diagnostic *added = diagnostics_add(list, DIAGNOSTIC_SHELL_INJECTION, offset, size,
	    "%.*s comes from the message: its sender could run commands of his own here",
	    TEXT_ARGUMENTS(name));

	diagnostic_advise(list, added,
	    "put the command into single quotes and the variable into double ones, so that the "
	    "shell and not these rules expands it: '... \"$%.*s\"'; or take SAFE = "
	    "escape(\"$%.*s\") and $SAFE",
	    TEXT_ARGUMENTS(name), TEXT_ARGUMENTS(name));
}

static void
taint_note_path(
    struct taint_walk *walk, const struct expression *string, struct text name, size_t start)
{
	struct diagnostics *list = walk->inspection->diagnostics;
	uint32_t offset = inspect_offset(walk->inspection, string, start);
	struct diagnostic *added = diagnostics_add(list, DIAGNOSTIC_PATH_FROM_MESSAGE, offset,
	    offset == string->offset && start > 0 ? inspect_size(walk->inspection, string)
						  : (uint32_t)name.size + 1,
	    "%.*s comes from the message and may hold a slash: its sender chooses the file",
	    TEXT_ARGUMENTS(name));

	diagnostic_advise(
	    list, added, "let the pattern take only letters, digits, _ and -: ([a-z0-9_-]+)");
}

/* A text that is used as a command, or as a path, has dangerous variables in it. */
static void
taint_use(struct taint_walk *walk, const struct expression *expression, unsigned danger)
{
	struct text name;
	size_t at = 0, start;

	if (expression->kind == EXPRESSION_CONCATENATION)
		for (const struct expression *part = expression->operands; part != NULL;
		     part = part->next)
			taint_use(walk, part, danger);
	if (expression->kind != EXPRESSION_STRING || !expression->expands)
		return;
	while (inspect_next_name(expression->text, &at, &name, &start)) {
		if ((taint_of_name(walk, name) & danger) == 0)
			continue;
		if (danger == TAINT_SHELL)
			taint_note_command(walk, expression, name, start);
		else
			taint_note_path(walk, expression, name, start);
	}
}

static void
taint_destination(struct taint_walk *walk, const struct expression *expression)
{
	const struct expression *first = expression;

	while (first != NULL && first->kind == EXPRESSION_CONCATENATION)
		first = first->operands;
	if (first == NULL || first->kind != EXPRESSION_STRING)
		return;
	struct text text = text_trim(first->text);
	if (text.size > 0 && text.data[0] == '|')
		taint_use(walk, expression, TAINT_SHELL);
	else if (text.size > 0 && text.data[0] != '!')
		taint_use(walk, expression, TAINT_PATH);
}

/* Takes back the changes since then. */
static void
taint_rewind(struct taint_walk *walk, size_t since, size_t until)
{
	while (until > since) {
		until--;
		walk->changes[until].variable->taint = walk->changes[until].before;
	}
}

/* One branch, after which all is as before; what it left behind is in the changes. */
static bool
taint_branch(struct taint_walk *walk, const struct statement *list)
{
	size_t since = walk->change_count;
	bool ends = taint_list(walk, list);
	unsigned way = ends ? 0 : ++walk->way_count;

	for (size_t i = since; i < walk->change_count; i++) {
		walk->changes[i].after = walk->changes[i].variable->taint;
		walk->changes[i].way = way;
	}
	taint_rewind(walk, since, walk->change_count);
	return ends;
}

/* So many ways come together, of which some changed something since then: a variable that all of
 * them set is what they set it to. */
static void
taint_join(struct taint_walk *walk, size_t since, unsigned way_count)
{
	size_t until = walk->change_count;

	for (size_t i = since; i < until; i++) {
		const struct taint_change *change = &walk->changes[i];
		struct taint_variable *variable = change->variable;
		if (change->way == 0)
			continue;
		if (!variable->is_joining)
			variable->joined = variable->ways = variable->last_way = 0;
		variable->is_joining = true;
		variable->joined |= change->after;
		variable->ways += variable->last_way != change->way;
		variable->last_way = change->way;
	}
	for (size_t i = since; i < until; i++) {
		struct taint_variable *variable = walk->changes[i].variable;
		if (!variable->is_joining)
			continue;
		variable->is_joining = false;
		unsigned other = variable->ways < way_count ? variable->taint : 0;
		taint_set(walk, variable->name, other | variable->joined);
	}
}

/* What was there before these changes may be there still. */
static void
taint_keep_older(struct taint_walk *walk, size_t since, size_t until)
{
	for (size_t i = since; i < until; i++)
		taint_set(walk, walk->changes[i].variable->name,
		    walk->changes[i].variable->taint | walk->changes[i].before);
}

static bool
taint_if(struct taint_walk *walk, const struct statement *statement)
{
	size_t since = walk->change_count;
	unsigned way_count = 0;

	/* Behind a condition that was false a match did not happen, or did: both may be there. */
	for (;;) {
		size_t asked = walk->change_count;
		taint_expression(walk, statement->expression, true);
		size_t known = walk->change_count;
		way_count += !taint_branch(walk, statement->body);
		taint_keep_older(walk, asked, known);
		if (!statement->otherwise_is_if)
			break;
		statement = statement->otherwise;
	}
	way_count += !taint_branch(walk, statement->otherwise);
	taint_join(walk, since, way_count);
	return way_count == 0;
}

static void
taint_loop(struct taint_walk *walk, const struct statement *statement)
{
	size_t since = walk->change_count;

	if (statement->expression != NULL)
		taint_expression(walk, statement->expression, true);
	taint_branch(walk, statement->body);
	taint_join(walk, since, 2); /* with the way past it */
}

/* True: it ends the rules. */
static bool
taint_statement(struct taint_walk *walk, const struct statement *statement)
{
	const struct expression *expression = statement->expression;

	if (statement->kind == STATEMENT_IF)
		return taint_if(walk, statement);
	if (statement->kind == STATEMENT_WHILE || statement->kind == STATEMENT_FOREACH ||
	    statement->kind == STATEMENT_ATTACHMENTS) {
		taint_loop(walk, statement);
		return false;
	}
	if (expression != NULL)
		taint_expression(walk, expression, true);
	switch (statement->kind) {
	case STATEMENT_TO:
	case STATEMENT_CC:
		if (statement->form == DESTINATION_WRITTEN)
			taint_destination(walk, expression);
		return statement->kind == STATEMENT_TO;
	case STATEMENT_EXIT:
	case STATEMENT_REJECT:
	case STATEMENT_TEMPFAIL:
	case STATEMENT_DISCARD:
		return true;
	case STATEMENT_SYSTEM:
	case STATEMENT_XFILTER:
		taint_use(walk, expression, TAINT_SHELL);
		return false;
	case STATEMENT_INCLUDE:
	case STATEMENT_LOGFILE:
		taint_use(walk, expression, TAINT_PATH);
		return false;
	case STATEMENT_SAVE:
		taint_use(walk, expression, TAINT_PATH);
		/* The name is its sender's, made harmless as a name only. */
		taint_set(walk, TEXT("SAVED"), TAINT_ALL & ~(unsigned)TAINT_PATH);
		return false;
	default:
		break;
	}
	if (statement->body == NULL)
		return false;
	return taint_list(walk, statement->body) && statement->kind != STATEMENT_EXCEPTION;
}

static bool
taint_list(struct taint_walk *walk, const struct statement *list)
{
	bool ends = false;

	for (; list != NULL; list = list->next)
		ends |= taint_statement(walk, list);
	return ends;
}

void
inspect_taint(struct inspection *inspection)
{
	struct taint_walk walk = {.inspection = inspection};

	table_init(&walk.variables, inspection->arena);
	taint_set(&walk, TEXT("FROM"), TAINT_ALL);
	taint_set(&walk, TEXT("SENDER"), TAINT_ALL);
	taint_list(&walk, inspection->program->statements);
}
