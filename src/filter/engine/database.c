/*
 * Values that rules keep from one message to the next; see database.h. The host has the files, this
 * has the language: modes, and the keys that `gdbmfetch` tries one after the other.
 */
#include "filter/engine/database.h"

#include "filter/engine/database_host.h"

static bool
database_answer(bool is_done, struct text *value_out)
{
	*value_out = is_done ? TEXT("0") : TEXT("-1");
	return true;
}

/* Notes why something was not done. */
static void
database_complain(struct evaluator *evaluator, const struct expression *expression)
{
	evaluate_undecided(evaluator, VERDICT_OPEN, expression->offset, TEXT("database"));
}

/* The last letter that means something counts. */
static enum database_mode
database_mode_parse(struct text letters)
{
	enum database_mode mode = DATABASE_READ;

	for (size_t i = 0; i < letters.size; i++) {
		switch (text_upper(letters.data[i])) {
		case 'W':
			mode = DATABASE_WRITE;
			break;
		case 'C':
			mode = DATABASE_CREATE;
			break;
		case 'N':
			mode = DATABASE_TRUNCATE;
			break;
		default:
			break;
		}
	}
	return mode;
}

void
database_close(struct evaluator *evaluator)
{
	const struct filter_input *input = evaluator->input;

	if (evaluator->database != NULL)
		input->host->databases->close(input->host_self, evaluator->database);
	evaluator->database = NULL;
}

static bool
database_open(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct filter_input *input = evaluator->input;
	struct text name, letters = TEXT("");

	if (!evaluate(evaluator, expression->operands, &name) ||
	    (expression->operands->next != NULL &&
		!evaluate(evaluator, expression->operands->next, &letters)))
		return false;
	enum database_mode mode = database_mode_parse(letters);
	if (evaluator->is_embedded && mode != DATABASE_READ)
		return evaluate_fail(evaluator, ERROR_INPUT, expression->offset,
		    "gdbmopen for writing is not allowed in embedded mode");
	database_close(evaluator);
	if (input->host->databases == NULL)
		error_set(&evaluator->error, ERROR_REFUSE, "data bases are not opened here");
	else
		evaluator->database =
		    input->host->databases->open(input->host_self, name, mode, &evaluator->error);
	if (evaluator->database == NULL) {
		struct error error = evaluator->error;
		if (evaluate_is_interrupted(evaluator, expression->offset))
			return false;
		evaluator->error = error;
		database_complain(evaluator, expression);
	}
	return database_answer(evaluator->database != NULL, value_out);
}

/* One key; an error is noted, and the key counts as one that is not there. */
static bool
database_find(struct evaluator *evaluator, const struct expression *expression, struct text key,
    struct text *value_out)
{
	const struct filter_input *input = evaluator->input;
	struct arena arena;
	struct text value;
	bool is_found = false;

	if (key.size == 0)
		return false;
	arena_init(&arena, NULL, 0);
	if (!input->host->databases->fetch(
		evaluator->database, key, &arena, &is_found, &value, &evaluator->error)) {
		database_complain(evaluator, expression);
		is_found = false;
	}
	if (is_found)
		*value_out = arena_copy_text(&evaluator->scratch, value);
	arena_clear(&arena);
	return is_found;
}

/* "D": the key; of an address local-part@, its domain; then each domain above. */
static bool
database_find_domain(struct evaluator *evaluator, const struct expression *expression,
    struct text key, struct text *value_out)
{
	size_t at = text_find_byte(key, 0, '@');

	if (database_find(evaluator, expression, key, value_out))
		return true;
	if (at < key.size) {
		if (database_find(evaluator, expression, text_slice(key, 0, at + 1), value_out))
			return true;
		key = text_slice(key, at + 1, key.size);
		if (database_find(evaluator, expression, key, value_out))
			return true;
	}
	while (key.size > 0) {
		text_split(&key, '.');
		if (database_find(evaluator, expression, key, value_out))
			return true;
	}
	return false;
}

/* "I": the key, then without its last dotted part, and so on. */
static bool
database_find_network(struct evaluator *evaluator, const struct expression *expression,
    struct text key, struct text *value_out)
{
	for (;;) {
		if (database_find(evaluator, expression, key, value_out))
			return true;
		while (key.size > 0 && key.data[key.size - 1] != '.')
			key.size--;
		if (key.size == 0)
			return false;
		key.size--;
	}
}

static bool
database_fetch(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct expression *operand = expression->operands;
	struct text key, options = TEXT(""), otherwise = TEXT("");

	if (!evaluate(evaluator, operand, &key))
		return false;
	operand = operand->next;
	if (operand != NULL && !evaluate(evaluator, operand, &options))
		return false;
	operand = operand == NULL ? NULL : operand->next;
	if (operand != NULL && !evaluate(evaluator, operand, &otherwise))
		return false;
	bool is_found = false;
	if (evaluator->database == NULL)
		is_found = false;
	else if (text_has_prefix(options, TEXT("D")))
		is_found = database_find_domain(evaluator, expression, key, value_out);
	else if (text_has_prefix(options, TEXT("I")))
		is_found = database_find_network(evaluator, expression, key, value_out);
	else
		is_found = database_find(evaluator, expression, key, value_out);
	if (!is_found)
		*value_out = otherwise;
	return true;
}

static bool
database_store(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct expression *operands = expression->operands;
	const struct filter_input *input = evaluator->input;
	struct text key, value;

	if (!evaluate(evaluator, operands, &key) || !evaluate(evaluator, operands->next, &value))
		return false;
	if (evaluator->database == NULL || key.size == 0 || value.size == 0)
		return database_answer(false, value_out);
	bool is_stored =
	    input->host->databases->store(evaluator->database, key, value, &evaluator->error);
	if (!is_stored)
		database_complain(evaluator, expression);
	return database_answer(is_stored, value_out);
}

bool
database_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	switch (expression->function) {
	case FUNCTION_DATABASE_OPEN:
		return database_open(evaluator, expression, value_out);
	case FUNCTION_DATABASE_FETCH:
		return database_fetch(evaluator, expression, value_out);
	case FUNCTION_DATABASE_STORE:
		return database_store(evaluator, expression, value_out);
	default:
		database_close(evaluator);
		*value_out = TEXT("");
		return true;
	}
}
