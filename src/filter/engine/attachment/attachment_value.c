/*
 * Facts of attachments as values; see attachment_value.h. A question that has no answer for one
 * attachment is asked of the others all the same: only where none of them says yes it is undecided.
 */
#include "filter/engine/attachment/attachment_value.h"

#include "filter/engine/edit_header.h"
#include "filter/engine/match.h"
#include "filter/engine/value.h"

enum { ATTACHMENT_VALUE_BETWEEN_QUESTIONS = 16 };

static struct attachment_watch *
attachment_value_watch(struct evaluator *evaluator)
{
	if (evaluator->attachments == NULL) {
		evaluator->attachments =
		    arena_alloc(evaluator->arena, sizeof *evaluator->attachments);
		arena_init(&evaluator->attachments->arena, NULL, 0);
		arena_init(&evaluator->attachments->loop_arena, NULL, 0);
		arena_init(&evaluator->attachments->edit_arena, NULL, 0);
		/* Of the run: a message that changes is no reason to load the types again. */
		evaluator->attachments->sniffer = sniff_new(evaluator->arena);
	}
	return evaluator->attachments;
}

static void
attachment_value_forget(struct attachment_watch *watch)
{
	if (watch->list != NULL)
		attachment_list_close(watch->list);
	watch->list = NULL;
	arena_clear(&watch->arena);
}

/* Finds the current attachment of a loop in the list of another message: what was taken out of it is
 * missing there, all else has its order. */
static bool
attachment_value_find_current(struct evaluator *evaluator, uint32_t offset)
{
	struct attachment_watch *watch = evaluator->attachments;
	size_t count = attachment_count(watch->list), before = 0;
	bool is_gone = false;

	for (size_t i = 0; i < watch->gone_count; i++) {
		before += watch->gone[i] < watch->position;
		is_gone |= watch->gone[i] == watch->position;
	}
	if (count + watch->gone_count != watch->count)
		return evaluate_fail(evaluator, ERROR_INPUT, offset,
		    "the attachments of the message are other ones than at the beginning of this "
		    "loop");
	watch->current = is_gone ? NULL : attachment_at(watch->list, watch->position - before);
	return true;
}

bool
attachment_value_open(struct evaluator *evaluator, uint32_t offset)
{
	struct attachment_watch *watch = attachment_value_watch(evaluator);

	/* Edits that wait belong to the list that there is. */
	if (watch->edit_count == 0 && !edit_header_settle(evaluator))
		return false;
	if (watch->list != NULL && !watch->is_stale)
		return true;
	attachment_value_forget(watch);
	watch->message = evaluator->message;
	watch->list =
	    attachment_list_new(&watch->arena, watch->sniffer, message_bytes(evaluator->message));
	watch->is_stale = false;
	return !watch->is_loop || attachment_value_find_current(evaluator, offset);
}

void
attachment_value_renew(struct evaluator *evaluator)
{
	evaluator->attachments->is_stale = true;
}

void
attachment_value_close(struct evaluator *evaluator)
{
	struct attachment_watch *watch = evaluator->attachments;

	if (watch == NULL)
		return;
	attachment_value_forget(watch);
	sniff_close(watch->sniffer);
	arena_clear(&watch->loop_arena);
	arena_clear(&watch->edit_arena);
}

/* One question under way. */
struct attachment_question {
	struct evaluator *evaluator;
	const struct expression *expression;  /* EXPRESSION_ATTACHMENTS, or the call itself */
	const struct expression *operands[2]; /* of a comparison */
	struct text values[2];
	bool is_unanswered; /* by one so far; then: */
	struct error unanswered;
	unsigned asked;
};

static enum pattern_answer
attachment_value_note_unanswered(struct attachment_question *question, const struct error *error)
{
	if (!question->is_unanswered)
		question->unanswered = *error;
	question->is_unanswered = true;
	return PATTERN_NO;
}

static struct text
attachment_value_number(struct evaluator *evaluator, uint64_t number)
{
	return arena_format(&evaluator->scratch, "%llu", (unsigned long long)number);
}

static bool
attachment_value_truth(struct attachment_watch *watch, struct attachment *attachment,
    enum attachment_fact fact, bool *truth_out, struct error *error)
{
	struct attachment_list *list = watch->list;

	switch (fact) {
	case ATTACHMENT_FACT_MISMATCH:
		return attachment_is_mismatch(list, attachment, truth_out, &watch->why, error);
	case ATTACHMENT_FACT_ENCRYPTED:
		return attachment_is_encrypted(list, attachment, truth_out, error);
	case ATTACHMENT_FACT_DAMAGED:
		return attachment_is_damaged(list, attachment, truth_out, error);
	default:
		return attachment_is_cut(list, attachment, truth_out, error);
	}
}

/* A fact that has one value. False: no answer. */
static bool
attachment_value_single(struct evaluator *evaluator, struct attachment *attachment,
    enum attachment_fact fact, struct text *value_out, struct error *error)
{
	struct attachment_list *list = evaluator->attachments->list;
	struct attachment_class class;
	bool truth;

	switch (fact) {
	case ATTACHMENT_FACT_NAME:
		*value_out = attachment->facts.name;
		return true;
	case ATTACHMENT_FACT_DECLARED:
		*value_out = attachment_declared(attachment);
		return true;
	case ATTACHMENT_FACT_EXTENSION:
		*value_out = attachment->facts.extension;
		return true;
	case ATTACHMENT_FACT_TYPE:
		return attachment_type(list, attachment, value_out, error);
	case ATTACHMENT_FACT_CLASS:
		if (!attachment_class(list, attachment, &class, error))
			return false;
		*value_out = attachment_class_format(&evaluator->scratch, class);
		return true;
	case ATTACHMENT_FACT_SIZE:
		*value_out = attachment_value_number(evaluator, attachment_size(list, attachment));
		return true;
	case ATTACHMENT_FACT_DEPTH:
		*value_out = attachment_value_number(evaluator, attachment->depth);
		return true;
	default:
		if (!attachment_value_truth(
			evaluator->attachments, attachment, fact, &truth, error))
			return false;
		*value_out = truth ? TEXT("1") : TEXT("0");
		return true;
	}
}

/* Tries the values that stand for the attachment now. */
static enum pattern_answer
attachment_value_try(struct attachment_question *question)
{
	const struct expression *expression = question->expression;

	if (expression->kind == EXPRESSION_FUNCTION)
		return value_is_true(question->values[0]) ? PATTERN_YES : PATTERN_NO;
	if (expression->pattern != NULL)
		return match_value(
		    question->evaluator, expression->pattern, question->values[0], false);
	return value_compare(
		   expression->operands->next->operation, question->values[0], question->values[1])
		   ? PATTERN_YES
		   : PATTERN_NO;
}

/* The same for each member of the archive, whose operand has that number. */
static enum pattern_answer
attachment_value_try_members(
    struct attachment_question *question, struct attachment *attachment, unsigned operand)
{
	struct evaluator *evaluator = question->evaluator;
	struct attachment_list *list = evaluator->attachments->list;
	enum attachment_fact fact = question->operands[operand]->fact;
	enum pattern_answer answer = PATTERN_NO;
	struct attachment *members = NULL;
	size_t count = 0;
	struct error error;

	if (!attachment_members(list, attachment, &members, &count, &error))
		return attachment_value_note_unanswered(question, &error);
	for (size_t i = 0; i < count && answer == PATTERN_NO; i++) {
		if (fact == ATTACHMENT_FACT_MEMBER)
			question->values[operand] = members[i].facts.name;
		else if (!attachment_type(list, &members[i], &question->values[operand], &error)) {
			attachment_value_note_unanswered(question, &error);
			continue;
		}
		if (++question->asked % ATTACHMENT_VALUE_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, question->expression->offset))
			return PATTERN_FAILED;
		answer = attachment_value_try(question);
	}
	return answer;
}

/* "No" is no answer where members were left out. */
static bool
attachment_value_sees_members(const struct attachment_question *question)
{
	for (unsigned i = 0; i < 2 && question->operands[i] != NULL; i++) {
		const struct expression *operand = question->operands[i];
		if (operand->kind == EXPRESSION_FUNCTION &&
		    operand->function == FUNCTION_ATTACHMENT &&
		    (attachment_fact_is_many(operand->fact) ||
			operand->fact == ATTACHMENT_FACT_CLASS ||
			operand->fact == ATTACHMENT_FACT_ENCRYPTED))
			return true;
	}
	return false;
}

static enum pattern_answer
attachment_value_note_cut(struct attachment_question *question, struct attachment *attachment)
{
	struct error error;
	bool is_cut;

	if (!attachment_is_cut(question->evaluator->attachments->list, attachment, &is_cut, &error))
		return attachment_value_note_unanswered(question, &error);
	if (!is_cut)
		return PATTERN_NO;
	error_set(&error, ERROR_LIMIT,
	    "an archive is larger or deeper than what is looked at: not all of it was seen");
	return attachment_value_note_unanswered(question, &error);
}

static bool
attachment_value_is_fact(const struct expression *operand)
{
	return operand->kind == EXPRESSION_FUNCTION && operand->function == FUNCTION_ATTACHMENT;
}

static enum pattern_answer
attachment_value_ask(struct attachment_question *question, struct attachment *attachment)
{
	struct evaluator *evaluator = question->evaluator;
	unsigned many = 2;
	struct error error;

	if (evaluate_is_interrupted(evaluator, question->expression->offset))
		return PATTERN_FAILED;
	for (unsigned i = 0; i < 2 && question->operands[i] != NULL; i++) {
		const struct expression *operand = question->operands[i];
		if (!attachment_value_is_fact(operand) || operand->fact == ATTACHMENT_FACT_COUNT)
			continue;
		if (attachment_fact_is_many(operand->fact))
			many = i;
		else if (!attachment_value_single(
			     evaluator, attachment, operand->fact, &question->values[i], &error))
			return attachment_value_note_unanswered(question, &error);
	}
	enum pattern_answer answer = many < 2
					 ? attachment_value_try_members(question, attachment, many)
					 : attachment_value_try(question);
	if (answer == PATTERN_NO && attachment_value_sees_members(question))
		answer = attachment_value_note_cut(question, attachment);
	return answer;
}

/* For the log: what was true, and of what. */
static void
attachment_value_remember(struct attachment_question *question)
{
	const struct expression *expression = question->expression;
	struct evaluator *evaluator = question->evaluator;
	struct text written =
	    text_slice(evaluator->program->source, expression->begin, expression->end);

	if (expression->pattern != NULL)
		evaluator->condition = written;
	else
		match_remember(evaluator, written,
		    expression->fact == ATTACHMENT_FACT_MISMATCH &&
			    expression->kind == EXPRESSION_FUNCTION
			? evaluator->attachments->why
			: question->values[0]);
}

/* No attachment said yes, and of one there was no answer. */
static enum pattern_answer
attachment_value_undecided(struct attachment_question *question)
{
	const struct expression *expression = question->expression;
	struct evaluator *evaluator = question->evaluator;

	evaluator->error = question->unanswered;
	enum pattern_answer answer = match_unanswered(evaluator, expression->offset);
	if (answer == PATTERN_YES && expression->pattern != NULL)
		match_take_closed(evaluator, expression->pattern->written);
	return answer;
}

static enum pattern_answer
attachment_value_ask_all(struct attachment_question *question)
{
	struct attachment_watch *watch = question->evaluator->attachments;
	enum pattern_answer answer = PATTERN_NO;
	struct attachment *attachment;
	struct error error;

	if (watch->is_loop) {
		answer = attachment_value_ask(question, watch->current);
	} else {
		for (size_t i = 0;
		     answer == PATTERN_NO && (attachment = attachment_at(watch->list, i)) != NULL;
		     i++)
			answer = attachment_value_ask(question, attachment);
		if (answer == PATTERN_NO && attachment_is_truncated(watch->list)) {
			error_set(&error, ERROR_LIMIT,
			    "the message has more parts or attachments than are looked at");
			attachment_value_note_unanswered(question, &error);
		}
	}
	if (answer == PATTERN_YES)
		attachment_value_remember(question);
	if (answer == PATTERN_NO && question->is_unanswered)
		answer = attachment_value_undecided(question);
	return answer;
}

/* The list, and in a loop the attachment that is meant. */
static bool
attachment_value_begin(struct evaluator *evaluator, const struct expression *expression)
{
	if (!attachment_value_open(evaluator, expression->offset))
		return false;
	if (evaluator->attachments->is_loop && evaluator->attachments->current == NULL)
		return evaluate_fail(evaluator, ERROR_INPUT, expression->offset,
		    "this attachment is no longer in the message: ask before `strip`, `replace` "
		    "and "
		    "what comes behind them");
	return true;
}

static bool
attachment_value_count(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct attachment_watch *watch = evaluator->attachments;
	size_t count = watch->position + 1;

	if (!watch->is_loop) {
		count = attachment_count(watch->list);
		if (attachment_is_truncated(watch->list)) {
			error_set(&evaluator->error, ERROR_LIMIT,
			    "the message has more parts or attachments than are counted");
			if (match_unanswered(evaluator, expression->offset) == PATTERN_FAILED)
				return false;
		}
	}
	*value_out = attachment_value_number(evaluator, count);
	return true;
}

/* The value of one attachment, or of its first member. */
static bool
attachment_value_first(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct attachment_watch *watch = evaluator->attachments;
	struct attachment *attachment =
	    watch->is_loop ? watch->current : attachment_at(watch->list, 0);
	struct attachment *members = NULL;
	enum attachment_fact fact = expression->fact;
	size_t count = 1;
	bool answered = true;

	if (attachment != NULL && attachment_fact_is_many(fact)) {
		answered = attachment_members(
		    watch->list, attachment, &members, &count, &evaluator->error);
		attachment = count > 0 ? members : NULL;
		fact = fact == ATTACHMENT_FACT_MEMBER ? ATTACHMENT_FACT_NAME : ATTACHMENT_FACT_TYPE;
	}
	*value_out = (struct text){NULL, 0};
	if (answered && attachment != NULL)
		answered = attachment_value_single(
		    evaluator, attachment, fact, value_out, &evaluator->error);
	if (answered)
		return true;
	*value_out = (struct text){NULL, 0};
	return match_unanswered(evaluator, expression->offset) != PATTERN_FAILED;
}

bool
attachment_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct attachment_question question = {
	    .evaluator = evaluator, .expression = expression, .operands = {expression}};
	struct text value;

	if (!attachment_value_begin(evaluator, expression))
		return false;
	if (expression->fact == ATTACHMENT_FACT_COUNT)
		return attachment_value_count(evaluator, expression, value_out);
	if (attachment_fact_kind(expression->fact) == ATTACHMENT_FACT_TRUTH) {
		enum pattern_answer answer = attachment_value_ask_all(&question);
		*value_out = answer == PATTERN_YES ? TEXT("1") : TEXT("0");
		return answer != PATTERN_FAILED;
	}
	if (!attachment_value_first(evaluator, expression, &value))
		return false;
	/* Copied: the list goes away when the rules change the message. */
	buffer_reset(&evaluator->work);
	buffer_append(&evaluator->work, value);
	return evaluate_take_work(evaluator, expression->offset, value_out);
}

bool
attachment_value_test(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct attachment_question question = {.evaluator = evaluator,
	    .expression = expression,
	    .operands = {expression->operands, expression->operands->next}};

	/* What is compared with them is the same for all, and may change the message. */
	for (unsigned i = 0; i < 2; i++)
		if (question.operands[i] != NULL &&
		    !attachment_value_is_fact(question.operands[i]) &&
		    !evaluate(evaluator, question.operands[i], &question.values[i]))
			return false;
	/* Nor may the pattern change it while the values of its attachments are tried. */
	if (expression->pattern != NULL && expression->pattern->expands &&
	    edit_header_is_asked_for(evaluator, expression->pattern->source) &&
	    !edit_header_settle(evaluator))
		return false;
	if (!attachment_value_begin(evaluator, expression))
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (question.operands[i] != NULL &&
		    attachment_value_is_fact(question.operands[i]) &&
		    question.operands[i]->fact == ATTACHMENT_FACT_COUNT &&
		    !attachment_value_count(evaluator, question.operands[i], &question.values[i]))
			return false;
	enum pattern_answer answer = attachment_value_ask_all(&question);
	*value_out = answer == PATTERN_YES ? TEXT("1") : TEXT("0");
	return answer != PATTERN_FAILED;
}
