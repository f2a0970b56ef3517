/*
 * Flags and keywords; see flag_words.h.
 */
#include "filter/engine/flag_words.h"

#include <string.h>

#include "filter/engine/observe.h"

struct flag_word {
	struct text word;
	char letter; /* of the Maildir flag */
};

static const struct flag_word flag_names[] = {
    {TEXT("seen"), 'S'},
    {TEXT("answered"), 'R'},
    {TEXT("replied"), 'R'},
    {TEXT("flagged"), 'F'},
    {TEXT("draft"), 'D'},
    {TEXT("deleted"), 'T'},
    {TEXT("trashed"), 'T'},
    {TEXT("passed"), 'P'},
    {TEXT("forwarded"), 'P'},
};

/* In the order that Maildir file names want. */
static const char flag_letters[] = "DFPRST";

/* The letter of the flag; 0: a keyword. */
static char
flag_words_letter(struct text word)
{
	if (text_has_prefix(word, TEXT("\\")))
		word = text_slice(word, 1, word.size);
	for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
		if (text_is_equal_nocase(flag_names[i].word, word))
			return flag_names[i].letter;
	return 0;
}

bool
flag_words_check(struct text word, struct error *error)
{
	if (flag_words_letter(word) != 0)
		return true;
	if (word.size == 0)
		return error_set(error, ERROR_INPUT,
		    "a flag cannot be empty (a keyword that begins with $ needs single quotes)");
	if (word.size > FLAG_WORDS_KEYWORD_MAX)
		return error_set(error, ERROR_LIMIT, "a keyword is longer than %d characters",
		    (int)FLAG_WORDS_KEYWORD_MAX);
	if (word.data[0] == '\\')
		return error_set(error, ERROR_INPUT,
		    "there is no such flag: \\Seen, \\Answered, \\Flagged, \\Draft, \\Deleted and "
		    "\\Passed are known");
	for (size_t i = 0; i < word.size; i++)
		if (word.data[i] <= ' ' || word.data[i] >= 127 ||
		    strchr("(){%*\"\\],", word.data[i]) != NULL)
			return error_set(error, ERROR_INPUT,
			    "a keyword holds no blanks, control characters, letters outside of "
			    "ASCII, "
			    "and none of ( ) { %% * \" \\ ] ,");
	return true;
}

/* Tells the observer before the variable changes. */
static void
flag_words_set(
    struct evaluator *evaluator, uint32_t offset, bool adds, struct text name, struct text value)
{
	if (observe_is_on(evaluator))
		observe_variable(
		    evaluator, offset, adds ? TEXT("flag") : TEXT("unflag"), name, value);
	variables_set(evaluator->input->variables, name, value);
}

static void
flag_words_set_letter(struct evaluator *evaluator, uint32_t offset, char letter, bool adds)
{
	struct variables *variables = evaluator->input->variables;
	struct text old = variables_get(variables, TEXT("FLAGS"));
	char letters[sizeof flag_letters];
	size_t size = 0;

	for (size_t i = 0; i < sizeof flag_letters - 1; i++) {
		char known = flag_letters[i];
		bool is_set = text_find_byte(old, 0, known) < old.size;
		if (known == letter ? adds : is_set)
			letters[size++] = known;
	}
	flag_words_set(evaluator, offset, adds, TEXT("FLAGS"), (struct text){letters, size});
}

/* KEYWORDS without the word, and with it at the end when it is added. */
static bool
flag_words_set_keyword(struct evaluator *evaluator, uint32_t offset, struct text word, bool adds)
{
	struct variables *variables = evaluator->input->variables;
	struct text rest = variables_get(variables, TEXT("KEYWORDS"));
	char kept[FLAG_WORDS_KEYWORDS_MAX];
	struct buffer keywords;

	buffer_init_lent(&keywords, kept, sizeof kept, sizeof kept);
	while (rest.size > 0) {
		struct text old = text_trim(text_split(&rest, ','));
		if (old.size == 0 || text_is_equal_nocase(old, word))
			continue;
		if (keywords.size > 0)
			buffer_append_byte(&keywords, ',');
		buffer_append(&keywords, old);
	}
	if (adds && keywords.size > 0)
		buffer_append_byte(&keywords, ',');
	if (adds)
		buffer_append(&keywords, word);
	bool fits = !buffer_is_overfull(&keywords);
	if (fits)
		flag_words_set(evaluator, offset, adds, TEXT("KEYWORDS"), buffer_text(&keywords));
	else
		error_set(&evaluator->error, ERROR_LIMIT, "the keywords are longer than %d bytes",
		    (int)FLAG_WORDS_KEYWORDS_MAX);
	buffer_clear(&keywords);
	return fits;
}

static bool
flag_words_change_one(struct evaluator *evaluator, uint32_t offset, struct text word, bool adds)
{
	if (!flag_words_check(word, &evaluator->error))
		return false;
	char letter = flag_words_letter(word);
	if (letter == 0)
		return flag_words_set_keyword(evaluator, offset, word, adds);
	flag_words_set_letter(evaluator, offset, letter, adds);
	return true;
}

bool
flag_words_change(struct evaluator *evaluator, const struct statement *statement)
{
	const struct expression *value = statement->expression->operands;

	for (; value != NULL; value = value->next) {
		struct text word;
		if (!evaluate(evaluator, value, &word))
			return false;
		if (!flag_words_change_one(
			evaluator, value->offset, word, statement->kind == STATEMENT_FLAG))
			return evaluate_fail_at(evaluator, value->offset);
	}
	return true;
}
