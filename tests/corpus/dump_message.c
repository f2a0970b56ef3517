/*
 * Facts of messages as lines of JSON, in a form that other parsers can give, too (peers.py, peers_gmime.c).
 *
 *	dump_message FILE...			each file is a message
 *	dump_message --brief FILE...		sizes only of texts, and what reading them as a person does gives
 *	dump_message --write FOLDER FILE.cases...	writes the messages of reading cases, NAME.eml each
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/json.h"
#include "corpus/corpus_case.h"
#include "corpus/reading.h"
#include "mail/address.h"
#include "mail/embedded_file.h"
#include "mail/encoded_word.h"
#include "mail/list_facts.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"
#include "mail/part_facts.h"
#include "mail/part_text.h"
#include "mail/readable_text.h"
#include "mail/structure_check.h"

enum { DUMP_SIZE_MAX = 256 << 20, DUMP_FIELDS = 1000, DUMP_TEXT_MAX = 16 << 20 };

static void
dump_addresses(struct json_writer *json, const struct reading *reading, const char *name)
{
	const struct header_field *field =
	    message_find_field(reading->message, text_from_string(name));
	struct address_list list = address_list_parse(
	    reading->arena, field == NULL ? TEXT("") : field->body, ADDRESS_COUNT_MAX);
	struct buffer both;

	json_name(json, name);
	json_begin_array(json);
	buffer_init(&both, DUMP_TEXT_MAX);
	for (size_t i = 0; i < list.count; i++) {
		buffer_reset(&both);
		encoded_word_decode(list.items[i].display_name, &both, NULL);
		buffer_append(&both, TEXT(" | "));
		address_append_spec(&list.items[i], &both);
		json_text(json, buffer_text(&both));
	}
	buffer_clear(&both);
	json_end_array(json);
}

/* Size and digest of the decoded bytes, in constant memory. */
static void
dump_content(struct json_writer *json, const struct mime_part *part)
{
	struct part_text_form form = part_text_form_parse(part->header, DUMP_FIELDS);
	struct transfer_decoder decoder;
	struct text input = part->body;
	char piece[TRANSFER_OUT_MIN], hex[DIGEST_HEX_SIZE];
	struct digest digest;
	uint64_t all = 0;
	size_t size;

	digest_init(&digest);
	transfer_decoder_init(&decoder, form.encoding);
	do {
		size = transfer_decoder_take(&decoder, &input, true, piece, sizeof piece);
		digest_add(&digest, (struct text){piece, size});
		all += size;
	} while (size > 0 || input.size > 0);
	json_member_integer(json, "size", (int64_t)all);
	json_member_text(json, "sha256", digest_format(&digest, hex));
}

static void
dump_text(struct json_writer *json, struct arena *arena, const struct mime_part *part)
{
	struct part_text_form form = part_text_form_parse(part->header, DUMP_FIELDS);
	struct part_text *text = part_text_open(arena, &form, part->body, DUMP_TEXT_MAX);
	char piece[4096];
	struct buffer out;
	size_t size;

	buffer_init(&out, DUMP_TEXT_MAX);
	while ((size = part_text_read(text, piece, sizeof piece)) > 0)
		buffer_append(&out, (struct text){piece, size});
	struct part_text_facts facts = part_text_facts(text);
	json_member_text(json, "text", buffer_text(&out));
	json_member_bool(json, "truncated", facts.truncated);
	part_text_close(text);
	buffer_clear(&out);
}

/* How much a person would read, and how many files stand in the text. */
static void
dump_sizes(struct json_writer *json, struct arena *arena, const struct mime_part *part)
{
	struct readable_text *text =
	    readable_text_open(arena, part->header, part->body, true, UINT64_MAX);
	char piece[READABLE_TEXT_READ_MIN];
	struct embedded_file file;
	size_t size, position = 0;
	uint64_t all = 0, files = 0;

	while ((size = readable_text_read(text, piece, sizeof piece)) > 0)
		all += size;
	json_member_integer(json, "readable", (int64_t)all);
	json_member_bool(json, "truncated", readable_text_facts(text).truncated);
	readable_text_close(text);
	while (embedded_file_next(part->body, &position, &file))
		files++;
	json_member_integer(json, "files", (int64_t)files);
}

static void
dump_leaf(struct json_writer *json, const struct mime_part *part, bool is_brief)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct part_facts facts = part_facts_parse(&arena, part, DUMP_FIELDS);
	json_begin_object(json);
	json_member_text(json, "disposition", facts.disposition);
	json_member_text(json, "name", facts.name);
	if (!mime_part_is(part, TEXT("multipart"), TEXT("")) &&
	    !mime_part_is(part, TEXT("message"), TEXT("rfc822"))) {
		dump_content(json, part);
		if (is_brief)
			dump_sizes(json, &arena, part);
		else if (mime_part_is(part, TEXT("text"), TEXT("")))
			dump_text(json, &arena, part);
	}
	json_end_object(json);
	arena_clear(&arena);
}

static void
dump_date(struct json_writer *json, const struct reading *reading)
{
	const struct header_field *field = message_find_field(reading->message, TEXT("Date"));
	struct mail_date date;

	if (field != NULL && mail_date_parse(field->body, &date))
		json_member_integer(json, "date", date.seconds);
	else
		json_member_null(json, "date");
}

static void
dump_id(struct json_writer *json, const struct reading *reading)
{
	const struct header_field *field = message_find_field(reading->message, TEXT("Message-ID"));
	struct text id;

	if (field == NULL || !message_id_parse(reading->arena, field->body, &id))
		id = TEXT("");
	json_member_text(json, "id", id);
}

static void
dump_message(struct text name, struct text bytes, bool is_brief, struct buffer *out)
{
	bool malformed, truncated;
	struct json_writer json;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct reading reading = reading_new(&arena, bytes);
	structure_check_facts(&arena, bytes, MIME_LIMITS_DEFAULT, &malformed, &truncated);
	json_init(&json, out);
	json_begin_object(&json);
	json_member_text(&json, "case", name);
	if (is_brief) {
		json_member_integer(&json, "parts_seen", (int64_t)reading.tree.count);
		json_member_bool(&json, "list", list_facts_parse(&arena, reading.message).is_list);
	} else {
		json_member_text(&json, "tree", reading_tree(&arena, &reading.tree));
	}
	json_member_text(&json, "subject", reading_field(&reading, TEXT("Subject")));
	dump_addresses(&json, &reading, "from");
	dump_addresses(&json, &reading, "to");
	dump_addresses(&json, &reading, "cc");
	dump_date(&json, &reading);
	dump_id(&json, &reading);
	json_member_bool(&json, "malformed", malformed);
	json_member_bool(&json, "truncated", truncated);
	json_name(&json, "parts");
	json_begin_array(&json);
	for (const struct mime_part *part = reading.tree.root; part != NULL;
	     part = mime_tree_next(part))
		if (part->first_child == NULL)
			dump_leaf(&json, part, is_brief);
	json_end_array(&json);
	json_end_object(&json);
	buffer_append_byte(out, '\n');
	arena_clear(&arena);
}

static void
write_cases(const char *folder, const char *path)
{
	struct text rest = corpus_file_read(path);
	struct corpus_case the_case;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	while (corpus_case_next(&arena, &rest, &the_case)) {
		struct text name =
		    arena_format(&arena, "%s/%.*s.eml", folder, TEXT_ARGUMENTS(the_case.name));
		FILE *file = fopen(name.data, "w");
		if (file == NULL ||
		    fwrite(the_case.message.data, 1, the_case.message.size, file) !=
			the_case.message.size ||
		    fclose(file) != 0) {
			perror(name.data);
			exit(EXIT_FAILURE);
		}
	}
	arena_clear(&arena);
}

/* The file's name without folder and ending. */
static struct text
case_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct text name = text_from_string(slash == NULL ? path : slash + 1);

	return text_slice(name, 0, text_find_byte(name, 0, '.'));
}

int
main(int count, char **arguments)
{
	struct buffer out;

	if (count < 2) {
		fprintf(stderr, "usage: dump_message [--brief | --write FOLDER] FILE...\n");
		return EXIT_FAILURE;
	}
	bool writes = strcmp(arguments[1], "--write") == 0 && count > 2;
	bool is_brief = strcmp(arguments[1], "--brief") == 0;
	for (int i = 1 + is_brief + 2 * writes; i < count; i++) {
		if (writes) {
			write_cases(arguments[2], arguments[i]);
			continue;
		}
		buffer_init(&out, DUMP_SIZE_MAX);
		dump_message(
		    case_name(arguments[i]), corpus_file_read(arguments[i]), is_brief, &out);
		if (buffer_is_overfull(&out) || fwrite(out.data, 1, out.size, stdout) != out.size)
			return EXIT_FAILURE;
		buffer_clear(&out);
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
