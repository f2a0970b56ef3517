/*
 * Mistakes in the order of statements: what is never reached, conditions that were asked before,
 * statuses of commands that nobody left; see inspect.h. One walk in the order of the file, which
 * carries what is known of the command that ran last.
 */
#include "base/buffer.h"
#include "filter/engine/value.h"
#include "filter/mailfilter/inspect.h"

enum { INSPECT_KEY_MAX = 64 * 1024, INSPECT_COVERED_MAX = 100 };

/* Who set RETURNCODE last. */
enum inspect_last {
	INSPECT_LAST_NONE,
	INSPECT_LAST_COMMAND,
	INSPECT_LAST_COPY,
	INSPECT_LAST_UNKNOWN
};

struct inspect_course {
	struct inspection *inspection;
	enum inspect_last last;
	bool exit_status_of_copy; /* in maildrop EXITCODE would hold the status of a `cc` */
	bool has_exit_code;       /* EXITCODE was set to something else than 0 */
};

static bool inspect_course_list(struct inspect_course *course, const struct statement *list);

static void
inspect_read_status(
    struct inspect_course *course, const struct expression *string, struct text name, size_t start)
{
	struct diagnostics *list = course->inspection->diagnostics;
	uint32_t offset = inspect_offset(course->inspection, string, start);
	uint32_t size = offset == string->offset ? inspect_size(course->inspection, string)
						 : (uint32_t)name.size + 1;
	struct diagnostic *added;

	if (text_is_equal(name, TEXT("EXITCODE")) && course->exit_status_of_copy) {
		added = diagnostics_add(list, DIAGNOSTIC_CC_STATUS, offset, size,
		    "`cc` never sets EXITCODE here (in maildrop the command's status would poison "
		    "the final one)");
		diagnostic_advise(list, added,
		    "a copy that fails ends the rules; to see a command's status run it in "
		    "backticks: `command`, then $RETURNCODE");
	}
	if (!text_is_equal(name, TEXT("RETURNCODE")))
		return;
	if (course->last == INSPECT_LAST_COPY) {
		added = diagnostics_add(list, DIAGNOSTIC_CC_STATUS, offset, size,
		    "`cc` does not set RETURNCODE: this is what an earlier command left, or empty");
		diagnostic_advise(list, added,
		    "a copy that fails ends the rules (catch it with exception { cc ... }); to see "
		    "the status run the command in backticks: `command` gets the message too");
	}
	if (course->last == INSPECT_LAST_NONE)
		diagnostics_add(list, DIAGNOSTIC_RETURNCODE_UNSET, offset, size,
		    "no command has run before: RETURNCODE is empty, and counts as 0");
}

static void
inspect_course_expression(struct inspect_course *course, const struct expression *expression)
{
	struct text name, value;
	size_t at = 0, start;

	for (const struct expression *operand = expression->operands; operand != NULL;
	     operand = operand->next)
		inspect_course_expression(course, operand);
	if (expression->kind == EXPRESSION_STRING && expression->expands)
		while (inspect_next_name(expression->text, &at, &name, &start))
			inspect_read_status(course, expression, name, start);
	if (expression->kind == EXPRESSION_COMMAND)
		course->last = INSPECT_LAST_COMMAND;
	if (expression->kind != EXPRESSION_ASSIGNMENT)
		return;
	if (text_is_equal(expression->text, TEXT("RETURNCODE")))
		course->last = INSPECT_LAST_UNKNOWN;
	if (text_is_equal(expression->text, TEXT("EXITCODE"))) {
		course->exit_status_of_copy = false;
		course->has_exit_code = inspect_literal(expression->operands, &value) &&
					inspect_is_number(value) && value_number(value) != 0;
	}
}

/* Two ways come together. */
static void
inspect_course_join(struct inspect_course *course, const struct inspect_course *other)
{
	if (course->last != other->last)
		course->last = INSPECT_LAST_UNKNOWN;
	course->exit_status_of_copy &= other->exit_status_of_copy;
	course->has_exit_code &= other->has_exit_code;
}

/* The condition as a text that is the same for the same question; false: asking it again may give
 * another answer, or it is too long. */
static bool
inspect_key(const struct expression *expression, struct buffer *key)
{
	if (expression->kind == EXPRESSION_COMMAND || expression->kind == EXPRESSION_ASSIGNMENT ||
	    (expression->kind == EXPRESSION_FUNCTION && expression->function == FUNCTION_TIME) ||
	    (expression->kind == EXPRESSION_CONCATENATION && expression->operands == NULL))
		return false;
	buffer_append_format(key, "%d.%d.%d.%d.%zu(", (int)expression->kind,
	    (int)expression->operation, (int)expression->function, expression->expands,
	    expression->text.size);
	buffer_append(key, expression->text);
	if (expression->pattern != NULL)
		buffer_append(key, expression->pattern->written);
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		if (!inspect_key(at, key))
			return false;
	buffer_append(key, TEXT(")"));
	return !buffer_is_overfull(key);
}

static void
inspect_repeated(
    struct inspect_course *course, struct table *asked, const struct statement *statement)
{
	struct inspection *inspection = course->inspection;
	struct buffer key;

	buffer_init(&key, INSPECT_KEY_MAX);
	if (inspect_key(statement->expression, &key)) {
		if (table_find(asked, buffer_text(&key)) != NULL)
			diagnostics_add(inspection->diagnostics, DIAGNOSTIC_REPEATED_CONDITION,
			    statement->offset, 5,
			    "the same was asked above in this chain: this branch is never taken");
		table_set(asked, buffer_text(&key), &course->inspection);
	}
	buffer_clear(&key);
}

/* A pattern that only asks for more than one above it in the chain did. */
static void
inspect_covered(
    struct inspect_course *course, const struct statement *first, const struct statement *statement)
{
	const struct expression *asked = statement->expression;
	unsigned tries = INSPECT_COVERED_MAX;

	if (asked->kind != EXPRESSION_SEARCH)
		return;
	for (const struct statement *at = first; at != statement && tries > 0;
	     at = at->otherwise, tries--) {
		const struct expression *before = at->expression;
		if (before->kind != EXPRESSION_SEARCH ||
		    text_is_equal(before->pattern->written, asked->pattern->written) ||
		    !inspect_covers(before->pattern, asked->pattern))
			continue;
		struct place place = program_place(course->inspection->program, at->offset);
		struct diagnostic *added =
		    diagnostics_add(course->inspection->diagnostics, DIAGNOSTIC_REPEATED_CONDITION,
			asked->offset, (uint32_t)asked->pattern->written.size,
			"whatever this matches was taken by %.*s in line %u: this branch is never "
			"taken",
			TEXT_ARGUMENTS(before->pattern->written), place.line);
		diagnostic_advise(course->inspection->diagnostics, added,
		    "ask for the more special pattern first");
		return;
	}
}

static void
inspect_constant(struct inspect_course *course, const struct statement *statement)
{
	struct inspection *inspection = course->inspection;
	struct text text;

	if (!inspect_literal(statement->expression, &text) || text.size == 0)
		return;
	bool is_true = value_is_true(text);
	bool is_number = inspect_is_number(text);
	if (is_number && (!is_true || statement->otherwise == NULL))
		return; /* if (0), if (1): switches that people leave in their rules */
	/* Said in other words already: a variable without its $. */
	const struct inspect_variable *variable = table_find(&inspection->variables, text);
	if (inspect_is_special(text) || (variable != NULL && variable->assigned > 0))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_CONSTANT_CONDITION, statement->expression->offset,
	    inspect_size(inspection, statement->expression), "this is always %s%s",
	    is_true ? "true" : "false",
	    is_true && statement->otherwise != NULL ? ": what follows it in this chain is never "
						      "reached"
						    : "");
	if (!is_number)
		diagnostic_advise(inspection->diagnostics, added,
		    "a variable is written $%.*s, a pattern /%.*s/", TEXT_ARGUMENTS(text),
		    TEXT_ARGUMENTS(text));
}

/* An `if` with all that belongs to it; true: no way leads behind it. */
static bool
inspect_course_if(struct inspect_course *course, const struct statement *statement)
{
	const struct statement *first = statement;
	struct inspect_course joined = *course;
	struct table asked;
	bool is_chain = statement->otherwise_is_if, all_end = true, is_first = true;

	if (is_chain)
		table_init(&asked, course->inspection->arena);
	for (;;) {
		inspect_course_expression(course, statement->expression);
		inspect_constant(course, statement);
		if (is_chain) {
			inspect_repeated(course, &asked, statement);
			inspect_covered(course, first, statement);
		}
		struct inspect_course branch = *course;
		bool ends = inspect_course_list(&branch, statement->body);
		all_end &= ends;
		if (!ends && is_first)
			joined = branch;
		else if (!ends)
			inspect_course_join(&joined, &branch);
		is_first &= ends;
		if (!statement->otherwise_is_if)
			break;
		statement = statement->otherwise;
	}
	bool ends = inspect_course_list(course, statement->otherwise);
	if (ends && !is_first)
		*course = joined;
	else if (!is_first)
		inspect_course_join(course, &joined);
	return ends && all_end;
}

static void
inspect_forward(struct inspect_course *course, const struct statement *statement)
{
	struct inspection *inspection = course->inspection;

	if (inspection->has_forward || statement->form != DESTINATION_WRITTEN ||
	    !inspect_begins(statement->expression, '!'))
		return;
	inspection->has_forward = true;
	diagnostics_add(inspection->diagnostics, DIAGNOSTIC_FORWARD_SENDER,
	    statement->expression->offset, inspect_size(inspection, statement->expression),
	    "forwarded under the sender that the message came with, and no shell sees the "
	    "addresses; maildrop sends with an empty sender, through a shell");
}

static void
inspect_course_exception(struct inspect_course *course, const struct statement *statement)
{
	struct inspection *inspection = course->inspection;
	struct inspect_course inside = *course;

	inspect_course_list(&inside, statement->body);
	for (const struct statement *at = statement->body; at != NULL && inside.has_exit_code;
	     at = at->next)
		if (at->kind == STATEMENT_TO)
			diagnostics_add(inspection->diagnostics, DIAGNOSTIC_EXCEPTION_EXITCODE,
			    at->offset, 2,
			    "a delivery here ends the rules with EXITCODE; maildrop would take "
			    "that for a failure, go on behind the block, and deliver again");
	inspect_course_join(course, &inside);
}

static void
inspect_course_loop(struct inspect_course *course, const struct statement *statement)
{
	if (course->last == INSPECT_LAST_NONE)
		course->last = INSPECT_LAST_UNKNOWN;
	if (statement->expression != NULL)
		inspect_course_expression(course, statement->expression);
	struct inspect_course inside = *course;
	inspect_course_list(&inside, statement->body);
	inspect_course_join(course, &inside);
}

/* True: it ends the rules, whatever happens. */
static bool
inspect_course_statement(struct inspect_course *course, const struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_IF:
		return inspect_course_if(course, statement);
	case STATEMENT_WHILE:
	case STATEMENT_FOREACH:
	case STATEMENT_ATTACHMENTS:
		inspect_course_loop(course, statement);
		return false;
	case STATEMENT_EXCEPTION:
		inspect_course_exception(course, statement);
		return false;
	default:
		break;
	}
	if (statement->expression != NULL)
		inspect_course_expression(course, statement->expression);
	switch (statement->kind) {
	case STATEMENT_TO:
		inspect_forward(course, statement);
		return true;
	case STATEMENT_EXIT:
	case STATEMENT_REJECT:
	case STATEMENT_TEMPFAIL:
	case STATEMENT_DISCARD:
		return true;
	case STATEMENT_CC:
		inspect_forward(course, statement);
		if (!inspect_begins(statement->expression, '|'))
			return false;
		course->last = INSPECT_LAST_COPY;
		course->exit_status_of_copy = true;
		return false;
	case STATEMENT_SYSTEM:
	case STATEMENT_XFILTER:
		course->last = INSPECT_LAST_COMMAND;
		return false;
	case STATEMENT_INCLUDE:
		course->last = INSPECT_LAST_UNKNOWN;
		course->exit_status_of_copy = false;
		return false;
	default:
		return inspect_course_list(course, statement->body);
	}
}

static void
inspect_unreachable(
    struct inspect_course *course, const struct statement *end, const struct statement *next)
{
	struct diagnostics *list = course->inspection->diagnostics;
	struct expression word = {.kind = EXPRESSION_CONCATENATION, .offset = next->offset};
	uint32_t size = inspect_size(course->inspection, &word);
	struct place place = program_place(course->inspection->program, end->offset);
	struct diagnostic *added;

	if (end->kind == STATEMENT_TO && inspect_begins(end->expression, '|')) {
		added = diagnostics_add(list, DIAGNOSTIC_UNREACHABLE, next->offset, size,
		    "never reached: `to` in line %u ends the rules, also when its command fails",
		    place.line);
		diagnostic_advise(list, added,
		    "to go on after a failure put it into a block: exception { to \"|...\" }, each "
		    "on a line of its own");
		return;
	}
	added = diagnostics_add(list, DIAGNOSTIC_UNREACHABLE, next->offset, size,
	    "never reached: %s line %u ends the rules",
	    end->kind == STATEMENT_IF ? "every branch of the `if` in" : "the statement in",
	    place.line);
	if (end->kind == STATEMENT_TO && end->form == DESTINATION_WRITTEN)
		diagnostic_advise(list, added, "`cc` delivers a copy and goes on");
}

/* The message is thrown away there. */
static bool
inspect_discards(const struct statement *list)
{
	struct text text;

	while (list != NULL && list->kind == STATEMENT_BLOCK)
		list = list->body;
	for (; list != NULL; list = list->next)
		if (list->kind == STATEMENT_EXIT || list->kind == STATEMENT_DISCARD ||
		    (list->kind == STATEMENT_TO && inspect_literal(list->expression, &text) &&
			text_is_equal(text, TEXT("/dev/null"))))
			return true;
	return false;
}

/* `reformail -D ...` and then: if it was seen, away with it. */
static void
inspect_duplicates(struct inspect_course *course, const struct statement *statement)
{
	struct diagnostics *list = course->inspection->diagnostics;
	const struct expression *command = statement->expression;

	if (command != NULL && command->kind == EXPRESSION_ASSIGNMENT)
		command = command->operands;
	if (command == NULL || command->kind != EXPRESSION_COMMAND || statement->next == NULL ||
	    statement->next->kind != STATEMENT_IF || !inspect_discards(statement->next->body))
		return;
	size_t at = text_find(command->text, 0, TEXT("reformail"));
	if (text_find(command->text, at, TEXT(" -D")) == command->text.size)
		return;
	struct diagnostic *added = diagnostics_add(list, DIAGNOSTIC_DUPLICATE_CHECK,
	    command->offset, inspect_size(course->inspection, command),
	    "the message is remembered before it is delivered: if the delivery fails, the next "
	    "try takes it for a duplicate, and it is lost");
	diagnostic_advise(list, added,
	    "file duplicates in a folder instead of discarding them: to "
	    "\"./Maildir/.Duplicates/\"");
}

/* The last branch of it is empty. */
static bool
inspect_is_empty(const struct statement *statement)
{
	if (statement->kind == STATEMENT_WHILE || statement->kind == STATEMENT_FOREACH ||
	    statement->kind == STATEMENT_ATTACHMENTS)
		return statement->body == NULL;
	if (statement->kind != STATEMENT_IF)
		return false;
	while (statement->otherwise_is_if)
		statement = statement->otherwise;
	return statement->body == NULL;
}

static bool
inspect_course_list(struct inspect_course *course, const struct statement *list)
{
	bool ends = false;
	const struct statement *before = NULL;

	for (const struct statement *at = list; at != NULL; before = at, at = at->next) {
		if (at->kind == STATEMENT_EXPRESSION)
			inspect_duplicates(course, at);
		bool this_ends = inspect_course_statement(course, at);
		/* The block of a branch that an empty line took away is no end, but a mistake that
		 * was named already. */
		if (before != NULL && inspect_is_empty(before))
			this_ends = false;
		if (this_ends && !ends && at->next != NULL)
			inspect_unreachable(course, at, at->next);
		ends |= this_ends;
	}
	return ends;
}

void
inspect_flow(struct inspection *inspection)
{
	struct inspect_course course = {.inspection = inspection};

	inspect_course_list(&course, inspection->program->statements);
}
