/*
 * Facts of a message in words (reading.h), one function for each kind of question.
 */
#include "corpus/reading.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/number.h"
#include "mail/address.h"
#include "mail/encoded_word.h"
#include "mail/embedded_file.h"
#include "mail/header.h"
#include "mail/list_facts.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"
#include "mail/parameter_value.h"
#include "mail/part_choice.h"
#include "mail/part_facts.h"
#include "mail/part_number.h"
#include "mail/part_text.h"
#include "mail/readable_text.h"
#include "mail/structure_check.h"
#include "mail/transfer_encoding.h"

enum { READING_FIELDS = 1000 };

static struct text
reading_yes_no(bool fact)
{
	return fact ? TEXT("yes") : TEXT("no");
}

static struct text
reading_or_none(struct text value)
{
	return value.size > 0 ? value : TEXT("none");
}

/* What is in the buffer, in the arena; the buffer is given back. */
static struct text
reading_take(struct arena *arena, struct buffer *buffer)
{
	struct text copy = arena_copy_text(arena, buffer_text(buffer));

	buffer_clear(buffer);
	return copy;
}

struct reading
reading_new(struct arena *arena, struct text bytes)
{
	struct reading reading = {arena, message_new(arena, bytes), {0}};

	reading.tree = mime_tree_parse(arena, bytes, MIME_LIMITS_DEFAULT);
	return reading;
}

static void
reading_append_lower(struct buffer *out, struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		buffer_append_byte(out, text_lower(name.data[i]));
}

struct text
reading_tree(struct arena *arena, const struct mime_tree *tree)
{
	struct buffer out;
	uint32_t depth = 0;

	buffer_init(&out, READING_TEXT_MAX);
	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part)) {
		for (; depth > part->depth; depth--)
			buffer_append_byte(&out, ')');
		if (part->depth > depth)
			buffer_append_byte(&out, '(');
		else if (part->depth > 0)
			buffer_append_byte(&out, ',');
		depth = part->depth;
		reading_append_lower(&out, part->type);
		buffer_append_byte(&out, '/');
		reading_append_lower(&out, part->subtype);
	}
	for (; depth > 0; depth--)
		buffer_append_byte(&out, ')');
	return reading_take(arena, &out);
}

static struct text
reading_tree_count(const struct reading *reading, bool is_depth)
{
	uint32_t depth = 0;

	for (const struct mime_part *part = reading->tree.root; part != NULL;
	     part = mime_tree_next(part))
		depth = part->depth > depth ? part->depth : depth;
	return arena_format(reading->arena, "%zu", is_depth ? (size_t)depth : reading->tree.count);
}

struct text
reading_field(const struct reading *reading, struct text name)
{
	const struct header_field *field = message_find_field(reading->message, name);
	struct buffer out;

	if (field == NULL)
		return TEXT("");
	buffer_init(&out, READING_TEXT_MAX);
	encoded_word_decode(header_unfold(reading->arena, field->body), &out, NULL);
	return reading_take(reading->arena, &out);
}

static struct text
reading_decoded_words(const struct reading *reading, struct text body)
{
	struct buffer out;

	buffer_init(&out, READING_TEXT_MAX);
	encoded_word_decode(body, &out, NULL);
	return reading_take(reading->arena, &out);
}

/* Addresses */

static struct address_list
reading_addresses(const struct reading *reading, struct text name)
{
	const struct header_field *field = message_find_field(reading->message, name);

	return address_list_parse(
	    reading->arena, field == NULL ? TEXT("") : field->body, ADDRESS_COUNT_MAX);
}

struct text
reading_address(const struct reading *reading, struct text field, size_t number)
{
	struct address_list list = reading_addresses(reading, field);
	struct buffer out;

	if (number >= list.count)
		return TEXT("none");
	const struct address *address = &list.items[number];
	struct text name = reading_decoded_words(reading, address->display_name);
	buffer_init(&out, READING_TEXT_MAX);
	buffer_append(&out, name);
	buffer_append(&out, name.size > 0 ? TEXT(" |") : TEXT("|"));
	buffer_append(&out, address->local_part.size > 0 ? TEXT(" ") : TEXT(""));
	buffer_append(&out, address->local_part);
	buffer_append(&out, TEXT(" |"));
	buffer_append(&out, address->domain.size > 0 ? TEXT(" ") : TEXT(""));
	buffer_append(&out, address->domain);
	return reading_take(reading->arena, &out);
}

/* "Name | 3" */
static struct text
reading_group(const struct reading *reading, struct text field, size_t number)
{
	struct address_list list = reading_addresses(reading, field);

	if (number >= list.group_count)
		return TEXT("none");
	struct text name = reading_decoded_words(reading, list.groups[number].name);
	return arena_format(
	    reading->arena, "%.*s | %zu", TEXT_ARGUMENTS(name), list.groups[number].count);
}

static struct text
reading_reference(const struct reading *reading, size_t number)
{
	const struct header_field *field = message_find_field(reading->message, TEXT("References"));
	struct text id = {0};

	if (field == NULL)
		return TEXT("none");
	struct message_id_walk walk = message_id_walk_init(field->body);
	for (size_t i = 0; i <= number; i++)
		if (!message_id_next(reading->arena, &walk, &id))
			return TEXT("none");
	return id;
}

static struct text
reading_date(const struct reading *reading)
{
	const struct header_field *field = message_find_field(reading->message, TEXT("Date"));
	struct mail_date date;
	char formatted[MAIL_DATE_SIZE];

	if (field == NULL || !mail_date_parse(field->body, &date))
		return TEXT("none");
	return arena_copy_text(reading->arena, mail_date_format(date, formatted));
}

/* Parts */

static const struct mime_part *
reading_part(const struct reading *reading, struct text number)
{
	if (text_is_equal(number, TEXT("root")))
		return reading->tree.root;
	return part_number_find(&reading->tree, number);
}

struct text
reading_decoded(const struct reading *reading, const struct mime_part *part)
{
	struct part_text_form form = part_text_form_parse(part->header, READING_FIELDS);
	struct transfer_decoder decoder;
	struct text input = part->body;
	char piece[TRANSFER_OUT_MIN];
	struct buffer out;
	size_t size;

	buffer_init(&out, READING_TEXT_MAX);
	transfer_decoder_init(&decoder, form.encoding);
	do {
		size = transfer_decoder_take(&decoder, &input, true, piece, sizeof piece);
		buffer_append(&out, (struct text){piece, size});
	} while (size > 0 || input.size > 0);
	return reading_take(reading->arena, &out);
}

/* The part's text as it is read. */
static struct text
reading_text(const struct reading *reading, const struct mime_part *part)
{
	char *piece = arena_alloc(reading->arena, READABLE_TEXT_READ_MIN);
	struct buffer out;
	size_t size;

	buffer_init(&out, READING_TEXT_MAX);
	struct readable_text *text =
	    readable_text_open(reading->arena, part->header, part->body, true, READING_TEXT_MAX);
	while ((size = readable_text_read(text, piece, READABLE_TEXT_READ_MIN)) > 0)
		buffer_append(&out, (struct text){piece, size});
	readable_text_close(text);
	return reading_take(reading->arena, &out);
}

static struct text
reading_digest(const struct reading *reading, struct text bytes)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest digest;

	digest_init(&digest);
	digest_add(&digest, bytes);
	return arena_copy_text(reading->arena, digest_format(&digest, hex));
}

static bool
reading_part_fact(const struct reading *reading, const struct mime_part *part, struct text fact,
    struct text *answer_out)
{
	struct part_facts facts = part_facts_parse(reading->arena, part, READING_FIELDS);
	bool malformed = false;
	const struct {
		struct text word, answer;
	} table[] = {
	    {TEXT("type"), facts.type},
	    {TEXT("name"), reading_or_none(facts.name)},
	    {TEXT("extension"), reading_or_none(facts.extension)},
	    {TEXT("disposition"), reading_or_none(facts.disposition)},
	    {TEXT("content-id"), reading_or_none(facts.content_id)},
	    {TEXT("description"), reading_or_none(facts.description)},
	    {TEXT("container"),
		reading_or_none(text_from_string(part_container_word(facts.container)))},
	    {TEXT("attachment"), reading_yes_no(facts.is_attachment)},
	    {TEXT("encrypted"), reading_yes_no(facts.is_encrypted)},
	    {TEXT("malformed"), reading_yes_no(facts.malformed)},
	    {TEXT("size"),
		arena_format(reading->arena, "%llu",
		    (unsigned long long)part_facts_decoded_size(part, READING_FIELDS, &malformed))},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		*answer_out = table[i].answer;
		if (text_is_equal(table[i].word, fact))
			return true;
	}
	return false;
}

/* Of a parameter: "FIELD NAME". */
static struct text
reading_parameter(const struct reading *reading, const struct mime_part *part, struct text which)
{
	struct text name = text_split(&which, ' ');
	struct header_field field;
	struct parameter_value value;

	if (!header_find_in_bytes(part->header, name, READING_FIELDS, &field))
		return TEXT("none");
	struct content_type type = content_type_parse(reading->arena, field.body);
	return parameter_value_find(reading->arena, &type, which, &value) ? value.value
									  : TEXT("none");
}

static struct text
reading_choice(const struct reading *reading, enum part_preference preference)
{
	const struct mime_part *part = NULL;
	struct buffer out;

	buffer_init(&out, READING_TEXT_MAX);
	while ((part = part_choice_next(&reading->tree, part, preference)) != NULL) {
		buffer_append(&out, out.size > 0 ? TEXT(" ") : TEXT(""));
		buffer_append(&out, part_number_format(reading->arena, part));
	}
	return reading_or_none(reading_take(reading->arena, &out));
}

/* Files in a text */

static struct text
reading_embedded_content(const struct reading *reading, const struct embedded_file *file)
{
	struct embedded_decoder decoder;
	struct text input = file->content;
	char piece[EMBEDDED_OUT_MIN];
	struct buffer out;
	size_t size;

	buffer_init(&out, READING_TEXT_MAX);
	embedded_decoder_init(&decoder, file);
	do {
		size = embedded_decoder_take(&decoder, &input, true, piece, sizeof piece);
		buffer_append(&out, (struct text){piece, size});
	} while (size > 0 || input.size > 0);
	return reading_take(reading->arena, &out);
}

/* "uuencode NAME = CONTENT" */
static bool
reading_embedded(const struct reading *reading, const struct mime_part *part, struct text word,
    size_t nth, struct text *answer_out)
{
	struct text bytes = reading_decoded(reading, part), content = {0};
	struct embedded_file file, last = {0};
	size_t position = 0, count = 0;

	while (embedded_file_next(bytes, &position, &file)) {
		if (count == nth)
			last = file;
		count++;
	}
	if (nth < count)
		content = reading_embedded_content(reading, &last);
	if (text_is_equal(word, TEXT("embedded-count")))
		*answer_out = arena_format(reading->arena, "%zu", count);
	else if (nth >= count)
		*answer_out = TEXT("none");
	else if (text_is_equal(word, TEXT("embedded-sha256")))
		*answer_out = reading_digest(reading, content);
	else if (text_is_equal(word, TEXT("embedded-malformed")))
		*answer_out = reading_yes_no(last.malformed);
	else
		*answer_out = arena_format(reading->arena, "%s %.*s = %.*s",
		    last.coding == EMBEDDED_YENC ? "yenc" : "uuencode", TEXT_ARGUMENTS(last.name),
		    TEXT_ARGUMENTS(content));
	return true;
}

/* Questions about a part: the first word of the argument is its number. */
static bool
reading_of_part(const struct reading *reading, struct text word, struct text argument, size_t nth,
    struct text *answer_out)
{
	struct text number = text_split(&argument, ' ');
	const struct mime_part *part = reading_part(reading, number);

	if (part == NULL)
		return false;
	if (text_is_equal(word, TEXT("part")))
		return reading_part_fact(reading, part, argument, answer_out);
	if (text_has_prefix(word, TEXT("embedded")))
		return reading_embedded(reading, part, word, nth, answer_out);
	if (text_is_equal(word, TEXT("text")))
		*answer_out = reading_or_none(reading_text(reading, part));
	else if (text_is_equal(word, TEXT("decoded")))
		*answer_out = reading_or_none(reading_decoded(reading, part));
	else if (text_is_equal(word, TEXT("text-sha256")))
		*answer_out = reading_digest(reading, reading_text(reading, part));
	else if (text_is_equal(word, TEXT("param")))
		*answer_out = reading_parameter(reading, part, argument);
	else
		return false;
	return true;
}

/* Lists and programs */
static bool
reading_list_fact(const struct reading *reading, struct text word, struct text *answer_out)
{
	struct list_facts facts = list_facts_parse(reading->arena, reading->message);
	const struct {
		struct text word, answer;
	} table[] = {
	    {TEXT("list-id"), reading_or_none(facts.list_id)},
	    {TEXT("list-name"), reading_or_none(facts.list_name)},
	    {TEXT("list-post"), reading_or_none(facts.list_post)},
	    {TEXT("auto-submitted"), reading_or_none(facts.auto_submitted)},
	    {TEXT("list"), reading_yes_no(facts.is_list)},
	    {TEXT("bulk"), reading_yes_no(facts.is_bulk)},
	    {TEXT("auto"), reading_yes_no(facts.is_auto)},
	    {TEXT("report"), reading_yes_no(facts.is_report)},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		*answer_out = table[i].answer;
		if (text_is_equal(table[i].word, word))
			return true;
	}
	return false;
}

/* The words of all problems, a blank behind each. */
static struct text
reading_problems(const struct reading *reading, const struct structure_report *report)
{
	struct buffer out;

	buffer_init(&out, READING_TEXT_MAX);
	for (size_t i = 0; i < report->count; i++)
		buffer_append_format(&out, "%s ", report->problems[i].word);
	return reading_or_none(reading_take(reading->arena, &out));
}

static bool
reading_structure_fact(const struct reading *reading, struct text word, struct text *answer_out)
{
	struct structure_report report =
	    structure_check(reading->arena, message_bytes(reading->message), MIME_LIMITS_DEFAULT);

	if (text_is_equal(word, TEXT("malformed")))
		*answer_out = reading_yes_no(report.malformed);
	else if (text_is_equal(word, TEXT("truncated")))
		*answer_out = reading_yes_no(report.truncated);
	else if (text_is_equal(word, TEXT("problem")))
		*answer_out = reading_problems(reading, &report);
	else
		return false;
	return true;
}

bool
reading_is_list(struct text word)
{
	return text_is_equal(word, TEXT("from")) || text_is_equal(word, TEXT("to")) ||
	       text_is_equal(word, TEXT("cc")) || text_is_equal(word, TEXT("reference")) ||
	       text_has_suffix(word, TEXT("-group"));
}

static bool
reading_header_fact(const struct reading *reading, struct text word, struct text argument,
    size_t nth, struct text *answer_out)
{
	struct text id = {0}, field = text_slice(word, 0, text_find_byte(word, 0, '-'));
	const struct header_field *id_field;

	if (text_is_equal(word, TEXT("reference")))
		*answer_out = reading_reference(reading, nth);
	else if (text_has_suffix(word, TEXT("-group")))
		*answer_out = reading_group(reading, field, nth);
	else if (reading_is_list(word))
		*answer_out = reading_address(reading, field, nth);
	else if (text_is_equal(word, TEXT("to-count")))
		*answer_out =
		    arena_format(reading->arena, "%zu", reading_addresses(reading, field).count);
	else if (text_is_equal(word, TEXT("subject")))
		*answer_out = reading_or_none(reading_field(reading, word));
	else if (text_is_equal(word, TEXT("subject-size")))
		*answer_out =
		    arena_format(reading->arena, "%zu", reading_field(reading, field).size);
	else if (text_is_equal(word, TEXT("header")))
		*answer_out = reading_or_none(reading_field(reading, argument));
	else if (text_is_equal(word, TEXT("fields")))
		*answer_out =
		    arena_format(reading->arena, "%zu", message_header(reading->message)->count);
	else if (text_is_equal(word, TEXT("date")))
		*answer_out = reading_date(reading);
	else if (text_is_equal(word, TEXT("message-id"))) {
		id_field = message_find_field(reading->message, TEXT("Message-ID"));
		if (id_field == NULL || !message_id_parse(reading->arena, id_field->body, &id))
			id = TEXT("none");
		*answer_out = id;
	} else {
		return false;
	}
	return true;
}

bool
reading_answer(const struct reading *reading, struct text word, struct text argument, size_t nth,
    struct text *answer_out)
{
	if (text_is_equal(word, TEXT("tree")))
		*answer_out = reading_tree(reading->arena, &reading->tree);
	else if (text_is_equal(word, TEXT("tree-depth")))
		*answer_out = reading_tree_count(reading, true);
	else if (text_is_equal(word, TEXT("tree-parts")))
		*answer_out = reading_tree_count(reading, false);
	else if (text_is_equal(word, TEXT("reads")))
		*answer_out = reading_choice(reading, PART_PREFERS_PLAIN);
	else if (text_is_equal(word, TEXT("reads-html")))
		*answer_out = reading_choice(reading, PART_PREFERS_HTML);
	else
		return reading_header_fact(reading, word, argument, nth, answer_out) ||
		       reading_list_fact(reading, word, answer_out) ||
		       reading_structure_fact(reading, word, answer_out) ||
		       reading_of_part(reading, word, argument, nth, answer_out);
	return true;
}
