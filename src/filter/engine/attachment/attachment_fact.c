/*
 * The table of facts; see attachment_fact.h.
 */
#include "filter/engine/attachment/attachment_fact.h"

struct attachment_fact_row {
	struct text word;
	enum attachment_fact_kind kind;
};

static const struct attachment_fact_row attachment_fact_rows[] = {
    [ATTACHMENT_FACT_NAME] = {TEXT("name"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_TYPE] = {TEXT("type"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_DECLARED] = {TEXT("declared"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_EXTENSION] = {TEXT("extension"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_CLASS] = {TEXT("class"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_MEMBER] = {TEXT("member"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_MEMBER_TYPE] = {TEXT("member_type"), ATTACHMENT_FACT_TEXT},
    [ATTACHMENT_FACT_SIZE] = {TEXT("size"), ATTACHMENT_FACT_NUMBER},
    [ATTACHMENT_FACT_DEPTH] = {TEXT("depth"), ATTACHMENT_FACT_NUMBER},
    [ATTACHMENT_FACT_COUNT] = {TEXT("count"), ATTACHMENT_FACT_NUMBER},
    [ATTACHMENT_FACT_MISMATCH] = {TEXT("mismatch"), ATTACHMENT_FACT_TRUTH},
    [ATTACHMENT_FACT_ENCRYPTED] = {TEXT("encrypted"), ATTACHMENT_FACT_TRUTH},
    [ATTACHMENT_FACT_DAMAGED] = {TEXT("damaged"), ATTACHMENT_FACT_TRUTH},
    [ATTACHMENT_FACT_TRUNCATED] = {TEXT("truncated"), ATTACHMENT_FACT_TRUTH},
};

const char attachment_fact_names[] =
    "name, type, declared, extension, class, member, member_type, size, depth, count, mismatch, "
    "encrypted, damaged, truncated";

/* What other programs call it, and people. */
static const struct attachment_fact_other {
	struct text word;
	enum attachment_fact fact;
} attachment_fact_others[] = {
    {TEXT("filename"), ATTACHMENT_FACT_NAME},
    {TEXT("file"), ATTACHMENT_FACT_NAME},
    {TEXT("names"), ATTACHMENT_FACT_NAME},
    {TEXT("mime"), ATTACHMENT_FACT_TYPE},
    {TEXT("mimetype"), ATTACHMENT_FACT_TYPE},
    {TEXT("detected"), ATTACHMENT_FACT_TYPE},
    {TEXT("magic"), ATTACHMENT_FACT_TYPE},
    {TEXT("contenttype"), ATTACHMENT_FACT_DECLARED},
    {TEXT("content_type"), ATTACHMENT_FACT_DECLARED},
    {TEXT("declared_type"), ATTACHMENT_FACT_DECLARED},
    {TEXT("ext"), ATTACHMENT_FACT_EXTENSION},
    {TEXT("suffix"), ATTACHMENT_FACT_EXTENSION},
    {TEXT("kind"), ATTACHMENT_FACT_CLASS},
    {TEXT("members"), ATTACHMENT_FACT_MEMBER},
    {TEXT("membertype"), ATTACHMENT_FACT_MEMBER_TYPE},
    {TEXT("length"), ATTACHMENT_FACT_SIZE},
    {TEXT("bytes"), ATTACHMENT_FACT_SIZE},
    {TEXT("level"), ATTACHMENT_FACT_DEPTH},
    {TEXT("number"), ATTACHMENT_FACT_COUNT},
    {TEXT("position"), ATTACHMENT_FACT_COUNT},
    {TEXT("password"), ATTACHMENT_FACT_ENCRYPTED},
    {TEXT("broken"), ATTACHMENT_FACT_DAMAGED},
    {TEXT("malformed"), ATTACHMENT_FACT_DAMAGED},
};

bool
attachment_fact_find(struct text word, enum attachment_fact *fact_out)
{
	_Static_assert(
	    sizeof attachment_fact_rows / sizeof *attachment_fact_rows == ATTACHMENT_FACTS,
	    "one row for each");
	for (unsigned i = 0; i < ATTACHMENT_FACTS; i++)
		if (text_is_equal(attachment_fact_rows[i].word, word)) {
			*fact_out = (enum attachment_fact)i;
			return true;
		}
	return false;
}

/* One letter is wrong, missing or too many. */
static bool
attachment_fact_is_near(struct text word, struct text written)
{
	size_t same = 0, tail = 0;

	while (same < word.size && same < written.size && word.data[same] == written.data[same])
		same++;
	while (tail < word.size - same && tail < written.size - same &&
	       word.data[word.size - 1 - tail] == written.data[written.size - 1 - tail])
		tail++;
	return word.size - same - tail <= 1 && written.size - same - tail <= 1;
}

struct text
attachment_fact_guess(struct text word)
{
	size_t others = sizeof attachment_fact_others / sizeof *attachment_fact_others;

	for (unsigned i = 0; i < ATTACHMENT_FACTS; i++)
		if (text_is_equal_nocase(attachment_fact_rows[i].word, word) ||
		    attachment_fact_is_near(attachment_fact_rows[i].word, word))
			return attachment_fact_rows[i].word;
	for (size_t i = 0; i < others; i++)
		if (text_is_equal_nocase(attachment_fact_others[i].word, word))
			return attachment_fact_rows[attachment_fact_others[i].fact].word;
	return (struct text){NULL, 0};
}

struct text
attachment_fact_word(enum attachment_fact fact)
{
	return attachment_fact_rows[fact].word;
}

enum attachment_fact_kind
attachment_fact_kind(enum attachment_fact fact)
{
	return attachment_fact_rows[fact].kind;
}

bool
attachment_fact_is_many(enum attachment_fact fact)
{
	return fact == ATTACHMENT_FACT_MEMBER || fact == ATTACHMENT_FACT_MEMBER_TYPE;
}
