/*
 * Observations, put together; see observe.h. Texts are slices of the rules and of the message:
 * nothing is copied, the observer keeps what it wants.
 */
#include "filter/engine/observe.h"

#include "filter/engine/value.h"

const char *
observer_kind_word(enum observation_kind kind)
{
	static const char *const words[] = {
	    [OBSERVATION_FILE_ENTERED] = "file",
	    [OBSERVATION_FILE_LEFT] = "file-left",
	    [OBSERVATION_STATEMENT] = "statement",
	    [OBSERVATION_ROUND] = "round",
	    [OBSERVATION_CONDITION] = "condition",
	    [OBSERVATION_SKIPPED] = "skipped",
	    [OBSERVATION_COMPARISON] = "comparison",
	    [OBSERVATION_MATCH] = "match",
	    [OBSERVATION_PATTERN] = "pattern",
	    [OBSERVATION_LINE] = "line",
	    [OBSERVATION_VARIABLE] = "variable",
	    [OBSERVATION_FUNCTION] = "function",
	    [OBSERVATION_COMMAND] = "command",
	    [OBSERVATION_WRITE] = "write",
	    [OBSERVATION_LOCK] = "lock",
	    [OBSERVATION_UNLOCK] = "unlock",
	    [OBSERVATION_EDIT] = "edit",
	    [OBSERVATION_ATTACHMENT] = "attachment",
	    [OBSERVATION_DELIVERY] = "delivery",
	    [OBSERVATION_UNDECIDED] = "undecided",
	    [OBSERVATION_CAUGHT] = "caught",
	    [OBSERVATION_END] = "end",
	};

	return words[kind];
}

static void
observe(struct evaluator *evaluator, struct observation *observation)
{
	const struct filter_observer *observer = evaluator->input->observer;

	observation->program = evaluator->program;
	observer->observe(observer->self, observation);
}

static struct text
observe_source(const struct evaluator *evaluator, uint32_t from, uint32_t to)
{
	return text_trim(text_slice(evaluator->program->source, from, to));
}

static struct text
observe_operator(enum expression_operator operation)
{
	static const struct text words[] = {
	    [OPERATOR_LESS] = TEXT("<"),
	    [OPERATOR_LESS_EQUAL] = TEXT("<="),
	    [OPERATOR_GREATER] = TEXT(">"),
	    [OPERATOR_GREATER_EQUAL] = TEXT(">="),
	    [OPERATOR_EQUAL] = TEXT("=="),
	    [OPERATOR_NOT_EQUAL] = TEXT("!="),
	    [OPERATOR_TEXT_LESS] = TEXT("lt"),
	    [OPERATOR_TEXT_LESS_EQUAL] = TEXT("le"),
	    [OPERATOR_TEXT_GREATER] = TEXT("gt"),
	    [OPERATOR_TEXT_GREATER_EQUAL] = TEXT("ge"),
	    [OPERATOR_TEXT_EQUAL] = TEXT("eq"),
	    [OPERATOR_TEXT_NOT_EQUAL] = TEXT("ne"),
	};

	return operation < sizeof words / sizeof *words ? words[operation] : TEXT("");
}

/* The word that a statement begins with. */
static struct text
observe_word(const struct evaluator *evaluator, const struct statement *statement)
{
	struct text source = evaluator->program->source;
	size_t end = statement->offset;

	while (end < source.size && text_is_alpha(source.data[end]))
		end++;
	return text_slice(source, statement->offset, end);
}

void
observe_file(struct evaluator *evaluator, bool is_entered)
{
	struct observation observation = {
	    .kind = is_entered ? OBSERVATION_FILE_ENTERED : OBSERVATION_FILE_LEFT,
	    .name = evaluator->program->name,
	    .depth = evaluator->includes,
	};

	observe(evaluator, &observation);
}

void
observe_statement(struct evaluator *evaluator, const struct statement *statement)
{
	if (statement->kind == STATEMENT_BLOCK)
		return; /* its statements are what happens */
	struct observation observation = {
	    .kind = OBSERVATION_STATEMENT,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .source = observe_source(evaluator, statement->offset, statement->end),
	};

	if (statement->kind != STATEMENT_EXPRESSION)
		observation.name = observe_word(evaluator, statement);
	observe(evaluator, &observation);
}

void
observe_round(struct evaluator *evaluator, const struct statement *statement, uint64_t number,
    const struct match *match)
{
	struct observation observation = {
	    .kind = OBSERVATION_ROUND,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .name = observe_word(evaluator, statement),
	    .number = number,
	};

	if (match != NULL) {
		observation.groups = match->groups;
		observation.group_count =
		    match->count < OBSERVATION_GROUPS_MAX ? match->count : OBSERVATION_GROUPS_MAX;
	}
	observe(evaluator, &observation);
}

void
observe_condition(struct evaluator *evaluator, const struct statement *statement, struct text value)
{
	struct text source = observe_source(evaluator, statement->offset, statement->end);
	size_t opened = text_find_byte(source, 0, '(');
	struct observation observation = {
	    .kind = OBSERVATION_CONDITION,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .source = text_trim(text_slice(source, opened + 1, source.size - 1)),
	    .name = observe_word(evaluator, statement),
	    .value = value,
	    .truth = value_is_true(value),
	};

	observe(evaluator, &observation);
}

void
observe_skipped(
    struct evaluator *evaluator, const struct expression *chain, const struct expression *last)
{
	const struct expression *end = last->next;

	if (end == NULL)
		return;
	while (end->next != NULL)
		end = end->next;
	struct observation observation = {
	    .kind = OBSERVATION_SKIPPED,
	    .offset = last->next->begin,
	    .source = observe_source(evaluator, last->next->begin, end->end),
	    .name = chain->kind == EXPRESSION_OR ? TEXT("||") : TEXT("&&"),
	};
	observe(evaluator, &observation);
}

void
observe_comparison(struct evaluator *evaluator, const struct expression *expression,
    struct text left, struct text right, struct text value)
{
	struct observation observation = {
	    .kind = OBSERVATION_COMPARISON,
	    .offset = expression->begin,
	    .source = observe_source(evaluator, expression->begin, expression->end),
	    .name = observe_operator(expression->operands->next->operation),
	    .before = left,
	    .value = right,
	    .truth = value_is_true(value),
	};

	observe(evaluator, &observation);
}

void
observe_match(struct evaluator *evaluator, struct text written, const struct pattern *compiled,
    struct text subject)
{
	struct text groups[OBSERVATION_GROUPS_MAX];
	struct observation observation = {
	    .kind = OBSERVATION_MATCH,
	    .source = written,
	    .subject = subject,
	    .groups = groups,
	    .group_count = pattern_group_count(evaluator->engine, compiled),
	};

	if (observation.group_count > OBSERVATION_GROUPS_MAX)
		observation.group_count = OBSERVATION_GROUPS_MAX;
	for (unsigned i = 0; i < observation.group_count; i++)
		groups[i] = pattern_group(evaluator->engine, compiled, subject, i);
	if (groups[0].data != NULL) {
		observation.from = (size_t)(groups[0].data - subject.data);
		observation.to = observation.from + groups[0].size;
	}
	observe(evaluator, &observation);
}

/* Where a pattern looks. */
static struct text
observe_scope(unsigned scope)
{
	if ((scope & PATTERN_SCOPE_RAW) != 0)
		return (scope & PATTERN_SCOPE_BODY) == 0 ? TEXT("raw header")
		       : (scope & (PATTERN_SCOPE_HEADER | PATTERN_SCOPE_TOP_HEADER)) == 0
			   ? TEXT("raw body")
			   : TEXT("raw message");
	static const struct text words[] = {
	    [PATTERN_SCOPE_HEADER] = TEXT("header"),
	    [PATTERN_SCOPE_TOP_HEADER] = TEXT("top header"),
	    [PATTERN_SCOPE_BODY] = TEXT("body"),
	    [PATTERN_SCOPE_BODY | PATTERN_SCOPE_HEADER] = TEXT("header and body"),
	    [PATTERN_SCOPE_BODY | PATTERN_SCOPE_TOP_HEADER] = TEXT("top header and body"),
	};

	scope &= ~(unsigned)PATTERN_SCOPE_WHOLE;
	return scope < sizeof words / sizeof *words ? words[scope] : TEXT("message");
}

/* What a pattern that found nothing has seen: the lines of its field, or all of a few. */
static void
observe_lines(struct evaluator *evaluator, const struct program_pattern *pattern,
    const struct observed_try *tries)
{
	struct scope_cursor cursor;
	struct scope_line line;

	if (tries->field.size == 0 && tries->lines > OBSERVATION_LINES_MAX)
		return;
	scope_begin(&cursor, evaluator->scope, pattern->scope, tries->field);
	for (size_t i = 0; i < OBSERVATION_LINES_MAX && scope_next(&cursor, &line); i++) {
		struct observation observation = {
		    .kind = OBSERVATION_LINE,
		    .offset = pattern->offset,
		    .source = pattern->written,
		    .subject = line.text,
		    .lines = tries->lines,
		};
		observe(evaluator, &observation);
	}
}

void
observe_pattern(struct evaluator *evaluator, const struct program_pattern *pattern,
    const struct observed_try *tries, enum pattern_answer answer, struct text value)
{
	static const enum observation_answer answers[] = {
	    [PATTERN_NO] = OBSERVATION_NO,
	    [PATTERN_YES] = OBSERVATION_YES,
	    [PATTERN_FAILED] = OBSERVATION_NO_ANSWER,
	};
	struct observation observation = {
	    .kind = OBSERVATION_PATTERN,
	    .offset = pattern->offset,
	    .source = pattern->written,
	    .name = tries->is_text ? TEXT("text") : observe_scope(pattern->scope),
	    .before = tries->field,
	    .value = value,
	    .truth = answer != PATTERN_FAILED && value_is_true(value),
	    .answer = answers[answer],
	    .subject = tries->text,
	    .lines = tries->lines,
	    .tried = tries->tried,
	};

	if (observation.answer == OBSERVATION_NO && observation.truth)
		observation.answer = OBSERVATION_YES; /* a score: its last search found nothing */
	observe(evaluator, &observation);
	if (observation.answer == OBSERVATION_NO && !tries->is_text && tries->lines > 0)
		observe_lines(evaluator, pattern, tries);
}

void
observe_variable(struct evaluator *evaluator, uint32_t offset, struct text word, struct text name,
    struct text value)
{
	struct observation observation = {
	    .kind = OBSERVATION_VARIABLE,
	    .offset = offset,
	    .source = word,
	    .name = name,
	    .before = variables_get(evaluator->input->variables, name),
	    .value = value,
	    .truth = variables_is_set(evaluator->input->variables, name),
	};

	observe(evaluator, &observation);
}

void
observe_function(
    struct evaluator *evaluator, const struct expression *expression, struct text value)
{
	struct text source = observe_source(evaluator, expression->begin, expression->end);
	size_t word = 0;

	while (word < source.size && text_is_alpha(source.data[word]))
		word++;
	struct observation observation = {
	    .kind = OBSERVATION_FUNCTION,
	    .offset = expression->offset,
	    .source = source,
	    .name = text_slice(source, 0, word),
	    .value = value,
	};
	observe(evaluator, &observation);
}

void
observe_command(struct evaluator *evaluator, uint32_t offset, const struct command_request *request,
    int status, bool known)
{
	static const struct text words[] = {
	    [COMMAND_CAPTURE] = TEXT("`"),
	    [COMMAND_SYSTEM] = TEXT("system"),
	    [COMMAND_REWRITE] = TEXT("xfilter"),
	};
	struct observation observation = {
	    .kind = OBSERVATION_COMMAND,
	    .offset = offset,
	    .name = words[request->use],
	    .value = request->command,
	    .subject = request->output != NULL ? buffer_text(request->output) : TEXT(""),
	    .number = (uint64_t)status,
	    .answer = known ? OBSERVATION_YES : OBSERVATION_NO_ANSWER,
	};

	observe(evaluator, &observation);
}

void
observe_value(struct evaluator *evaluator, enum observation_kind kind,
    const struct statement *statement, struct text value, bool truth)
{
	struct observation observation = {
	    .kind = kind,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .name = observe_word(evaluator, statement),
	    .value = value,
	    .truth = truth,
	};

	observe(evaluator, &observation);
}

void
observe_edit(struct evaluator *evaluator, const struct statement *statement, struct text field,
    struct text value)
{
	struct observation observation = {
	    .kind = OBSERVATION_EDIT,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .name = observe_word(evaluator, statement),
	    .before = field,
	    .value = value,
	};

	observe(evaluator, &observation);
}

void
observe_attachment(struct evaluator *evaluator, const struct statement *statement, struct text name,
    struct text detail, bool is_done)
{
	struct observation observation = {
	    .kind = OBSERVATION_ATTACHMENT,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .name = observe_word(evaluator, statement),
	    .before = name,
	    .value = detail,
	    .truth = is_done,
	};

	observe(evaluator, &observation);
}

void
observe_delivery(struct evaluator *evaluator, const struct statement *statement,
    const struct delivery_request *request, const struct outcome *outcome)
{
	struct observation observation = {
	    .kind = OBSERVATION_DELIVERY,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .name = observe_word(evaluator, statement),
	    .value = request->destination,
	    .request = request,
	    .outcome = outcome,
	};

	observe(evaluator, &observation);
}

void
observe_undecided(
    struct evaluator *evaluator, enum verdict verdict, uint32_t offset, struct text kind)
{
	struct observation observation = {
	    .kind = OBSERVATION_UNDECIDED,
	    .offset = offset,
	    .name = kind,
	    .value = text_from_string(evaluator->error.text),
	    .number = (uint64_t)verdict,
	    .answer = OBSERVATION_NO_ANSWER,
	};

	observe(evaluator, &observation);
}

void
observe_caught(struct evaluator *evaluator, const struct statement *statement)
{
	struct observation observation = {
	    .kind = OBSERVATION_CAUGHT,
	    .offset = statement->offset,
	    .depth = statement->depth,
	    .value = text_from_string(evaluator->result.outcome.reason),
	};

	observe(evaluator, &observation);
}

void
observe_end(struct evaluator *evaluator, const struct filter_result *result)
{
	struct observation observation = {
	    .kind = OBSERVATION_END,
	    .result = result,
	    .outcome = &result->outcome,
	};

	observe(evaluator, &observation);
}
