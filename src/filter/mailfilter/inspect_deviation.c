/*
 * Where rules come upon what is done otherwise than by maildrop; see deviation.h. What the other
 * inspectors found already is taken from their list.
 */
#include "filter/engine/value.h"
#include "filter/mailfilter/deviation.h"
#include "filter/mailfilter/inspect.h"

#include "base/number.h"

enum {
	INSPECT_SIGNAL_STATUS = 128,
	INSPECT_EXIT_STATUS_MAX = 255,
	INSPECT_UMASK_GROUP = 007, /* of maildrop's commands */
	INSPECT_UMASK_MAX = 0777
};

struct inspect_search {
	struct inspection inspection; /* first: visitors are handed this */
	struct deviation_list *list;
	unsigned group_umasks; /* assignments of 007 to UMASK */
	bool reads_match;      /* MATCH or a group of it */
};

static void
search_add_expression(
    struct inspect_search *search, enum deviation deviation, const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;

	/* Of any(...) =~ /pattern/ the function is meant. */
	if (expression->kind == EXPRESSION_FIELDS)
		pattern = NULL;
	uint32_t offset = pattern != NULL ? pattern->offset : expression->offset;
	uint32_t size = pattern != NULL ? (uint32_t)pattern->written.size
					: inspect_size(&search->inspection, expression);
	deviation_list_add(search->list, deviation, offset, size);
}

/* The word that a statement begins with. */
static struct text
search_word(const struct inspect_search *search, const struct statement *statement)
{
	struct text source = search->inspection.program->source;
	size_t end = statement->offset;

	while (end < source.size &&
	       (text_is_alpha(source.data[end]) || text_is_digit(source.data[end])))
		end++;
	return text_slice(source, statement->offset, end);
}

static void
search_add_statement(
    struct inspect_search *search, enum deviation deviation, const struct statement *statement)
{
	deviation_list_add(search->list, deviation, statement->offset,
	    (uint32_t)search_word(search, statement).size);
}

static bool
search_is_set(const struct inspect_search *search, struct text name)
{
	const struct inspect_variable *variable = table_find(&search->inspection.variables, name);

	return variable != NULL && variable->assigned > 0;
}

/* Its permissions are those that maildrop gives to commands. */
static bool
search_has_group_umask(const struct inspect_search *search)
{
	const struct inspect_variable *variable =
	    table_find(&search->inspection.variables, TEXT("UMASK"));

	return variable != NULL && variable->assigned > 0 &&
	       variable->assigned == search->group_umasks;
}

static void
search_destination(struct inspect_search *search, const struct statement *statement)
{
	struct text word = search_word(search, statement);

	if (statement->form != DESTINATION_WRITTEN || text_is_equal(word, TEXT("keep")))
		search_add_statement(search,
		    text_is_equal(word, TEXT("to")) || text_is_equal(word, TEXT("cc"))
			? DEVIATION_WORDS_DESTINATION
			: DEVIATION_WORDS_STATEMENT,
		    statement);
	if (statement->form == DESTINATION_WRITTEN && inspect_begins(statement->expression, '!'))
		search_add_expression(search, DEVIATION_FORWARD_SENDER, statement->expression);
	if (statement->form == DESTINATION_WRITTEN && inspect_begins(statement->expression, '|')) {
		if (statement->kind == STATEMENT_TO)
			search_add_statement(search, DEVIATION_PIPE_STATUS, statement);
		if (!search_has_group_umask(search))
			search_add_statement(search, DEVIATION_COMMAND_UMASK, statement);
	}
	if (statement->kind == STATEMENT_CC && statement->form != DESTINATION_MAILBOX &&
	    (statement->form == DESTINATION_ARGUMENTS ||
		inspect_begins(statement->expression, '|')))
		search_add_statement(search, DEVIATION_COPY_STATUS, statement);
}

static void
search_include(struct inspect_search *search, const struct statement *statement)
{
	const struct expression *file = statement->expression;
	struct text name = {NULL, 0};

	search_add_statement(search, DEVIATION_INCLUDE_SAFETY, statement);
	while (file != NULL && file->kind == EXPRESSION_CONCATENATION)
		file = file->operands;
	if (file != NULL && file->kind == EXPRESSION_STRING)
		name = file->text;
	if (text_find(name, 0, TEXT("/maildroprcs/")) < name.size)
		search_add_statement(search, DEVIATION_ADMIN_RULES, statement);
}

/* `log` whose text ends with \c. */
static void
search_log(struct inspect_search *search, const struct statement *statement)
{
	const struct expression *last = statement->expression;

	if (last != NULL && last->kind == EXPRESSION_CONCATENATION) {
		last = last->operands;
		while (last != NULL && last->next != NULL)
			last = last->next;
	}
	if (last != NULL && last->kind == EXPRESSION_STRING &&
	    text_has_suffix(last->text, TEXT("\\c")) && !text_has_suffix(last->text, TEXT("\\\\c")))
		search_add_statement(search, DEVIATION_LOG_LINE, statement);
}

static void
search_command(struct inspect_search *search, const struct statement *statement)
{
	if (statement->kind == STATEMENT_XFILTER) {
		search_add_statement(search, DEVIATION_XFILTER_EMPTY, statement);
		search_add_statement(search, DEVIATION_XFILTER_GROWTH, statement);
	}
	search_add_statement(search, DEVIATION_COMMAND_UNKNOWN, statement);
	if (!search_has_group_umask(search))
		search_add_statement(search, DEVIATION_COMMAND_UMASK, statement);
}

static bool
search_has_include(const struct statement *list)
{
	for (; list != NULL; list = list->next)
		if (list->kind == STATEMENT_INCLUDE || search_has_include(list->body) ||
		    search_has_include(list->otherwise))
			return true;
	return false;
}

static void
search_statement(struct inspect_search *search, const struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_TO:
	case STATEMENT_CC:
		search_destination(search, statement);
		break;
	case STATEMENT_XFILTER:
	case STATEMENT_SYSTEM:
		search_command(search, statement);
		break;
	case STATEMENT_LOG:
		search_log(search, statement);
		break;
	case STATEMENT_LOGFILE:
		search_add_statement(search, DEVIATION_LOG_FIELDS, statement);
		search_add_statement(search, DEVIATION_LOG_FAILURES, statement);
		break;
	case STATEMENT_INCLUDE:
		search_include(search, statement);
		break;
	case STATEMENT_EXCEPTION:
		if (search_has_include(statement->body))
			search_add_statement(search, DEVIATION_EXCEPTION_FAILURES, statement);
		break;
	case STATEMENT_DOTLOCK:
		if (!search_is_set(search, TEXT("LOCKSLEEP")))
			search_add_statement(search, DEVIATION_LOCK_SLEEP, statement);
		if (!search_is_set(search, TEXT("LOCKTIMEOUT")))
			search_add_statement(search, DEVIATION_LOCK_TIMEOUT, statement);
		search_add_statement(search, DEVIATION_LOCK_LIVING, statement);
		break;
	case STATEMENT_FLOCK:
		search_add_statement(search, DEVIATION_LOCK_LIVING, statement);
		break;
	default:
		if (statement->kind >= STATEMENT_REJECT && statement->kind <= STATEMENT_SAVE)
			search_add_statement(search, DEVIATION_WORDS_STATEMENT, statement);
		break;
	}
}

static void
search_statements(struct inspect_search *search, const struct statement *list)
{
	for (; list != NULL; list = list->next) {
		const struct statement *at = list;
		for (;;) {
			search_statement(search, at);
			search_statements(search, at->body);
			if (!at->otherwise_is_if)
				break;
			at = at->otherwise;
		}
		search_statements(search, at->otherwise);
	}
}

static bool search_ends(const struct statement *list);

static bool
search_ends_in_every_branch(const struct statement *statement)
{
	while (search_ends(statement->body)) {
		if (!statement->otherwise_is_if)
			return search_ends(statement->otherwise);
		statement = statement->otherwise;
	}
	return false;
}

/* What stands behind these statements is never reached. */
static bool
search_ends(const struct statement *list)
{
	for (; list != NULL; list = list->next)
		switch (list->kind) {
		case STATEMENT_TO:
		case STATEMENT_EXIT:
		case STATEMENT_REJECT:
		case STATEMENT_TEMPFAIL:
		case STATEMENT_DISCARD:
			return true;
		case STATEMENT_IF:
			if (search_ends_in_every_branch(list))
				return true;
			break;
		case STATEMENT_BLOCK:
		case STATEMENT_DOTLOCK:
		case STATEMENT_FLOCK:
		case STATEMENT_TIMEOUT:
			if (search_ends(list->body))
				return true;
			break;
		default:
			break;
		}
	return false;
}

/* EXITCODE set where the end of the file comes next. Failures inside of `exception` go on behind
 * it, whatever ends the statements there. */
static void
search_default_status(struct inspect_search *search, const struct statement *list, bool is_caught)
{
	struct text value;

	if (!is_caught && search_ends(list))
		return;
	for (; list != NULL; list = list->next) {
		const struct expression *expression = list->expression;
		const struct statement *at = list;
		if (list->kind == STATEMENT_EXPRESSION && expression != NULL &&
		    expression->kind == EXPRESSION_ASSIGNMENT &&
		    text_is_equal(expression->text, TEXT("EXITCODE")) &&
		    !(inspect_literal(expression->operands, &value) && value_number(value) == 0))
			search_add_expression(
			    search, DEVIATION_DEFAULT_STATUS, expression->operands);
		bool is_caught_there = is_caught || at->kind == STATEMENT_EXCEPTION;
		for (;;) {
			search_default_status(search, at->body, is_caught_there);
			if (!at->otherwise_is_if)
				break;
			at = at->otherwise;
		}
		search_default_status(search, at->otherwise, is_caught_there);
	}
}

/* Somebody looks at the number that a pattern gives. */
static bool
search_takes_value(const struct inspect_site *site)
{
	if (site->parent == NULL)
		return site->statement->kind == STATEMENT_ECHO ||
		       site->statement->kind == STATEMENT_LOG;
	if (site->parent->kind == EXPRESSION_COMPARISON) {
		struct text text;
		for (const struct expression *at = site->parent->operands; at != NULL;
		     at = at->next)
			if (inspect_literal(at, &text) && inspect_is_number(text) &&
			    value_number(text) == 0)
				return false;
		return true;
	}
	return site->parent->kind == EXPRESSION_ARITHMETIC ||
	       site->parent->kind == EXPRESSION_ASSIGNMENT ||
	       site->parent->kind == EXPRESSION_CONCATENATION;
}

static void
search_text_marks(struct inspect_search *search, const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;
	bool is_body = (pattern->scope & PATTERN_SCOPE_BODY) != 0;
	bool has_start = false, has_end = false, has_8bit = false;

	if (expression->kind != EXPRESSION_SEARCH)
		return;
	for (size_t i = 0; i < pattern->source.size; i++) {
		char byte = pattern->source.data[i];
		has_8bit |= (unsigned char)byte >= 0x80;
		/* $name is no end of a line, and [^x] no beginning. */
		has_start |= byte == '^' && (i == 0 || pattern->source.data[i - 1] != '[');
		has_end |= byte == '$' &&
			   (i + 1 == pattern->source.size || pattern->source.data[i + 1] == ')' ||
			       pattern->source.data[i + 1] == '|');
		i += byte == '\\';
	}
	if (is_body && (has_start || has_end) && (pattern->scope & PATTERN_SCOPE_RAW) == 0)
		search_add_expression(search, DEVIATION_PART_LINES, expression);
	if (is_body && has_end && (pattern->scope & PATTERN_SCOPE_RAW) == 0)
		search_add_expression(search, DEVIATION_BODY_CR, expression);
	if (is_body && has_8bit)
		search_add_expression(search, DEVIATION_EIGHT_BIT, expression);
	if (has_8bit && (pattern->scope & (PATTERN_SCOPE_HEADER | PATTERN_SCOPE_TOP_HEADER)) != 0)
		search_add_expression(search, DEVIATION_HEADER_8BIT_KEPT, expression);
}

/* A pattern for the From_ line: ^From, a blank. */
static bool
search_is_from_line(const struct program_pattern *pattern)
{
	struct text source = pattern->source;

	if (!text_has_prefix(source, TEXT("^")))
		return false;
	source = text_slice(source, 1, source.size);
	if (text_has_prefix(source, TEXT(">?")))
		source = text_slice(source, 2, source.size);
	return text_has_prefix_nocase(source, TEXT("From ")) ||
	       text_has_prefix_nocase(source, TEXT("From\\s")) ||
	       text_has_prefix_nocase(source, TEXT("From\\ ")) ||
	       text_has_prefix_nocase(source, TEXT("From[ ]"));
}

static void
search_scope(struct inspect_search *search, const struct expression *expression, bool is_foreach)
{
	unsigned scope = expression->pattern->scope;
	bool has_header = (scope & (PATTERN_SCOPE_HEADER | PATTERN_SCOPE_TOP_HEADER)) != 0;

	if (expression->kind != EXPRESSION_SEARCH)
		return;
	if ((scope & PATTERN_SCOPE_TOP_HEADER) != 0)
		search_add_expression(search, DEVIATION_TOP_HEADER, expression);
	if (has_header && (scope & PATTERN_SCOPE_BODY) != 0 && (is_foreach || search->reads_match))
		search_add_expression(search, DEVIATION_FIELD_ORDER, expression);
	if (has_header && search_is_from_line(expression->pattern))
		search_add_expression(search, DEVIATION_FROM_LINE_TAKEN, expression);
}

static void
search_pattern(struct inspect_search *search, const struct inspect_site *site,
    const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;
	bool is_foreach = site->statement->kind == STATEMENT_FOREACH && site->parent == NULL;

	if ((pattern->scope & (PATTERN_SCOPE_RAW | PATTERN_SCOPE_WHOLE)) != 0)
		search_add_expression(search, DEVIATION_PATTERN_FLAGS, expression);
	if (expression->kind == EXPRESSION_SEARCH && !pattern->weighted && search_takes_value(site))
		search_add_expression(search, DEVIATION_MATCH_VALUE, expression);
	if (is_foreach && text_find_byte(pattern->source, 0, '(') < pattern->source.size)
		search_add_expression(search, DEVIATION_FOREACH_GROUPS, expression);
	search_text_marks(search, expression);
	search_scope(search, expression, is_foreach);
	/* Lines of the message end at an empty match in both. */
	if ((!is_foreach && !pattern->weighted) || pattern->expands ||
	    expression->kind != EXPRESSION_MATCH)
		return;
	const struct pattern_shape *shape = pattern_shape_parse(
	    &search->inspection.scratch, pattern->source, pattern->case_sensitive);
	if (shape != NULL && shape->root != NULL && shape_node_width(shape->root) == 0)
		search_add_expression(search, DEVIATION_EMPTY_MATCH, expression);
	arena_clear(&search->inspection.scratch);
}

static void
search_database(struct inspect_search *search, const struct expression *expression)
{
	const struct expression *mode = expression->operands->next;
	struct text letters = TEXT("R");
	bool is_known = mode == NULL || inspect_literal(mode, &letters);
	char letter = letters.size > 0 ? letters.data[0] : 'R';

	search_add_expression(search, DEVIATION_GDBM_FILE, expression);
	search_add_expression(search, DEVIATION_GDBM_FAILURE, expression);
	if (!is_known || (letter != 'R' && letter != 'r'))
		search_add_expression(search, DEVIATION_GDBM_LOCK, expression);
	if (!is_known || letter == 'N' || letter == 'n')
		search_add_expression(search, DEVIATION_GDBM_NEW, expression);
}

static void
search_function(struct inspect_search *search, const struct expression *expression)
{
	const struct expression *second =
	    expression->operands != NULL ? expression->operands->next : NULL;
	struct text count;

	switch (expression->function) {
	case FUNCTION_SUBSTR:
		if (second != NULL && inspect_literal(second->next, &count) &&
		    text_has_prefix(text_trim(count), TEXT("-")))
			search_add_expression(search, DEVIATION_SUBSTR_COUNT, expression);
		break;
	case FUNCTION_GETADDR:
		search_add_expression(search, DEVIATION_GETADDR_WORDS, expression);
		search_add_expression(search, DEVIATION_GETADDR_QUOTES, expression);
		break;
	case FUNCTION_HASADDR:
		search_add_expression(search, DEVIATION_HASADDR_ROUTE, expression);
		break;
	case FUNCTION_LOOKUP:
		search_add_expression(search, DEVIATION_LOOKUP_SAFETY, expression);
		break;
	case FUNCTION_DATABASE_OPEN:
		search_database(search, expression);
		break;
	case FUNCTION_ENVELOPE:
	case FUNCTION_ATTACHMENT:
		search_add_expression(search, DEVIATION_WORDS_FUNCTION, expression);
		break;
	default:
		break;
	}
}

static bool
search_is_atom(struct text keyword)
{
	for (size_t i = 0; i < keyword.size; i++)
		if ((unsigned char)keyword.data[i] <= ' ' ||
		    (unsigned char)keyword.data[i] >= 0x7f ||
		    text_find_byte(TEXT("(){%*\"\\]"), 0, keyword.data[i]) < 8)
			return false;
	return true;
}

static void
search_keywords(struct inspect_search *search, const struct expression *assignment)
{
	struct text value;

	search_add_expression(search, DEVIATION_KEYWORDS_LAYOUT, assignment->operands);
	if (!inspect_literal(assignment->operands, &value))
		return;
	while (value.size > 0)
		if (!search_is_atom(text_trim(text_split(&value, ',')))) {
			search_add_expression(
			    search, DEVIATION_KEYWORDS_ATOM, assignment->operands);
			return;
		}
}

/* Flags, in another order than the file's name wants; other letters are a diagnostic. */
static void
search_flags(struct inspect_search *search, const struct expression *assignment)
{
	struct text letters;
	bool is_ordered = true;

	if (!inspect_literal(assignment->operands, &letters))
		return;
	for (size_t i = 0; i < letters.size; i++) {
		if (text_find_byte(TEXT("DFPRST"), 0, letters.data[i]) == TEXT("DFPRST").size)
			return;
		is_ordered &= i == 0 || letters.data[i - 1] < letters.data[i];
	}
	if (!is_ordered)
		search_add_expression(search, DEVIATION_FLAGS_LETTERS, assignment->operands);
}

static void
search_assignment(struct inspect_search *search, const struct expression *assignment)
{
	struct text value;
	uint64_t code;

	if (text_is_equal(assignment->text, TEXT("KEYWORDS")))
		search_keywords(search, assignment);
	if (text_is_equal(assignment->text, TEXT("FLAGS")))
		search_flags(search, assignment);
	if (!text_is_equal(assignment->text, TEXT("EXITCODE")) ||
	    !inspect_literal(assignment->operands, &value) || text_trim(value).size == 0)
		return;
	if (!number_parse_unsigned(text_trim(value), INSPECT_EXIT_STATUS_MAX, &code))
		search_add_expression(search, DEVIATION_EXIT_CODE_RANGE, assignment->operands);
	else if (code != 0 && code != 65 && (code < 67 || code > 69) && (code < 75 || code > 77))
		search_add_expression(search, DEVIATION_EXIT_CODE_NEVER, assignment->operands);
}

/* $RETURNCODE compared with what only a signal gives. */
static void
search_comparison(struct inspect_search *search, const struct expression *comparison)
{
	const struct expression *left = comparison->operands, *right = left->next;
	struct text name, number;

	if (right == NULL || !inspect_is_variable(left, &name) ||
	    !text_is_equal(name, TEXT("RETURNCODE")) || !inspect_literal(right, &number) ||
	    !inspect_is_number(number))
		return;
	if (value_number(number) < 0 || value_number(number) >= INSPECT_SIGNAL_STATUS)
		search_add_expression(search, DEVIATION_COMMAND_SIGNAL, left);
}

static void
search_expression(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct inspect_search *search = (struct inspect_search *)inspection;

	if (expression->pattern != NULL)
		search_pattern(search, site, expression);
	if (expression->kind == EXPRESSION_FUNCTION)
		search_function(search, expression);
	if (expression->kind == EXPRESSION_FIELDS)
		search_add_expression(search, DEVIATION_WORDS_FUNCTION, expression);
	if (expression->kind == EXPRESSION_COMMAND) {
		search_add_expression(search, DEVIATION_COMMAND_UNKNOWN, expression);
		if (!search_has_group_umask(search))
			search_add_expression(search, DEVIATION_COMMAND_UMASK, expression);
	}
	if (expression->kind == EXPRESSION_ASSIGNMENT)
		search_assignment(search, expression);
	if (expression->kind == EXPRESSION_COMPARISON)
		search_comparison(search, expression);
}

/* Diagnostics that are deviations too. */
static void
search_diagnostics(struct inspect_search *search, const struct diagnostics *diagnostics)
{
	static const struct {
		enum diagnostic_code code;
		enum deviation deviation;
	} pairs[] = {
	    {DIAGNOSTIC_BAD_PATTERN, DEVIATION_BAD_PATTERN},
	    {DIAGNOSTIC_BACKTRACKING, DEVIATION_PATTERN_LIMIT},
	    {DIAGNOSTIC_FLAGS_LETTERS, DEVIATION_FLAGS_LETTERS},
	    {DIAGNOSTIC_NULL_SENDER, DEVIATION_NULL_SENDER},
	    {DIAGNOSTIC_EXCEPTION_EXITCODE, DEVIATION_EXCEPTION_FAILURES},
	};

	for (size_t i = 0; i < diagnostics->count; i++)
		for (size_t j = 0; j < sizeof pairs / sizeof *pairs; j++)
			if (pairs[j].code == diagnostics->items[i].code)
				deviation_list_add(search->list, pairs[j].deviation,
				    diagnostics->items[i].offset, diagnostics->items[i].size);
}

/* What others set: the caller, or a setting. */
static void
search_outside(struct inspect_search *search, struct text name, enum deviation deviation)
{
	const struct inspect_variable *variable = table_find(&search->inspection.variables, name);

	if (variable != NULL && variable->read > 0 && variable->assigned == 0)
		deviation_list_add(search->list, deviation, variable->read_at, variable->read_size);
}

static void
search_group_umask(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct inspect_search *search = (struct inspect_search *)inspection;
	struct text value;
	uint64_t bits;

	(void)site;
	if (expression->kind == EXPRESSION_ASSIGNMENT &&
	    text_is_equal(expression->text, TEXT("UMASK")) &&
	    inspect_literal(expression->operands, &value) &&
	    number_parse_octal(text_trim(value), INSPECT_UMASK_MAX, &bits) &&
	    bits == INSPECT_UMASK_GROUP)
		search->group_umasks++;
}

static bool
search_reads_match(const struct inspect_search *search)
{
	size_t position = 0;
	struct text name;
	void *value;

	while (table_next(&search->inspection.variables, &position, &name, &value)) {
		const struct inspect_variable *variable = value;
		if (variable->read > 0 && text_has_prefix(name, TEXT("MATCH")))
			return true;
	}
	return false;
}

void
deviation_find(struct arena *arena, const struct program *program, struct diagnostics *diagnostics,
    struct deviation_list *list)
{
	struct inspect_search search = {
	    .inspection = {.arena = arena, .program = program, .diagnostics = diagnostics},
	    .list = list,
	};

	table_init(&search.inspection.variables, arena);
	inspect_collect_variables(&search.inspection);
	inspect_each(&search.inspection, program->statements, search_group_umask);
	search.reads_match = search_reads_match(&search);
	search_statements(&search, program->statements);
	search_default_status(&search, program->statements, false);
	inspect_each(&search.inspection, program->statements, search_expression);
	search_diagnostics(&search, diagnostics);
	search_outside(&search, TEXT("FLAGS"), DEVIATION_KEYWORDS_OUTSIDE);
	search_outside(&search, TEXT("KEYWORDS"), DEVIATION_KEYWORDS_OUTSIDE);
	search_outside(&search, TEXT("LOCKSLEEP"), DEVIATION_LOCK_SLEEP);
	search_outside(&search, TEXT("LOCKTIMEOUT"), DEVIATION_LOCK_TIMEOUT);
	search_outside(&search, TEXT("LINES"), DEVIATION_ADDED_LINES);
	deviation_list_sort(list);
}
