/*
 * Messages made; see make_command.h. Text and HTML are alternatives of each other; HTML and the inline
 * parts are related; attachments stand behind both. What is added to a message goes into its
 * multipart/mixed, or the message's body becomes the first part of a new one, byte for byte.
 */
#include "handle/make_command.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "handle/mail_output.h"
#include "mail/address_line.h"
#include "mail/compose.h"
#include "mail/compose_field.h"
#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/header_edit.h"
#include "mail/mail_date.h"
#include "mail/mime_tree.h"
#include "system/file.h"
#include "system/spool.h"

enum { MAKE_OUTPUT_GROWTH = 5, MAKE_OUTPUT_ROOM = 16 * 1024 * 1024, MAKE_HOST_SIZE = 256 };

static const struct make_type {
	const char *extension, *type;
} make_types[] = {
    {"txt", "text/plain"},
    {"text", "text/plain"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"ics", "text/calendar"},
    {"vcf", "text/vcard"},
    {"diff", "text/x-diff"},
    {"patch", "text/x-diff"},
    {"eml", "message/rfc822"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"svg", "image/svg+xml"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"pdf", "application/pdf"},
    {"json", "application/json"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"rtf", "application/rtf"},
    {"doc", "application/msword"},
    {"xls", "application/vnd.ms-excel"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"p7s", "application/pkcs7-signature"},
    {"asc", "application/pgp-signature"},
    {NULL, NULL},
};

struct make_command {
	const struct make_request *request;
	struct arena *arena;
	struct compose_part parts[MAKE_PARTS_MAX];
	struct text id; /* of the message: the seed of its boundaries */
	struct timestamp now;
};

/* --- Options ------------------------------------------------------------------------------------ */

struct text
make_part_type(struct text name)
{
	size_t dot = name.size;

	while (dot > 0 && name.data[dot - 1] != '.' && name.data[dot - 1] != '/')
		dot--;
	if (dot < 2 || name.data[dot - 1] != '.')
		return TEXT("");
	for (const struct make_type *known = make_types; known->extension != NULL; known++)
		if (text_is_equal_nocase(
			text_slice(name, dot, name.size), text_from_string(known->extension)))
			return text_from_string(known->type);
	return TEXT("");
}

/* The piece up to the next comma; "\," stands for a comma, "\\" for a backslash. */
static struct text
make_take_piece(struct arena *arena, struct text *rest)
{
	char *piece = arena_alloc_bytes(arena, rest->size + 1);
	size_t size = 0, i = 0;

	for (; i < rest->size && rest->data[i] != ','; i++) {
		bool is_escape = rest->data[i] == '\\' && i + 1 < rest->size &&
				 (rest->data[i + 1] == ',' || rest->data[i + 1] == '\\');
		i += is_escape;
		piece[size++] = rest->data[i];
	}
	piece[size] = '\0';
	*rest = text_slice(*rest, i + 1, rest->size);
	return (struct text){piece, size};
}

bool
make_part_take(struct arena *arena, struct make_part *part, const char *value, struct error *error)
{
	const struct {
		const char *word;
		struct text *value;
	} words[] = {{"type", &part->type}, {"name", &part->name}, {"id", &part->content_id},
	    {"charset", &part->charset}, {"description", &part->description}};
	struct text rest = text_from_string(value);

	part->path = make_take_piece(arena, &rest).data;
	while (rest.size > 0) {
		struct text piece = make_take_piece(arena, &rest), word = text_split(&piece, '=');
		size_t i = 0, count = sizeof words / sizeof *words;
		while (i < count && !text_is_equal(word, text_from_string(words[i].word)))
			i++;
		if (i == count || piece.size == 0)
			return error_set(error, ERROR_INPUT,
			    "\"%s\": write FILE,type=...,name=...,id=...,charset=...,"
			    "description=... (\"\\,\" for a comma)",
			    value);
		*words[i].value = piece;
	}
	return part->path[0] != '\0' ||
	       error_set(error, ERROR_INPUT, "\"%s\": there is no file", value);
}

/* --- Reading ------------------------------------------------------------------------------------ */

static bool
make_read(
    struct make_command *command, const char *path, struct text *bytes_out, struct error *error)
{
	const struct spool_plan plan = {.directories = {"/var/tmp", "/tmp"}};
	struct spool *spool;

	if (strcmp(path, "-") != 0)
		return file_read(command->arena, path, MAKE_FILE_MAX, bytes_out, error);
	if (!spool_receive(command->arena, STDIN_FILENO, &plan, &spool, error))
		return false;
	bool is_read = spool_map(spool, bytes_out, error);
	if (is_read)
		*bytes_out = arena_copy_text(command->arena, *bytes_out);
	spool_close(spool);
	return is_read;
}

static struct text
make_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(path, "-") == 0 ? TEXT("")
				      : text_from_string(slash != NULL ? slash + 1 : path);
}

/* A message that is no valid message/rfc822 is attached as bytes. */
static bool
make_is_embeddable(const struct compose_part *part)
{
	struct buffer trial;
	struct error error;

	buffer_init(&trial, 2 * part->content.size + MAKE_OUTPUT_ROOM);
	bool is_embeddable = compose_part_append(part, TEXT("\n"), TEXT(""), &trial, &error);
	buffer_clear(&trial);
	return is_embeddable;
}

static struct text
make_content_id(struct arena *arena, struct text name)
{
	char *id = arena_alloc_bytes(arena, name.size);

	for (size_t i = 0; i < name.size; i++) {
		bool is_safe = text_is_alpha(name.data[i]) || text_is_digit(name.data[i]) ||
			       name.data[i] == '.' || name.data[i] == '-';
		id[i] = is_safe ? name.data[i] : '_';
	}
	return name.size == 0 ? name : arena_format(arena, "%.*s@inline", (int)name.size, id);
}

static bool
make_read_part(struct make_command *command, const struct make_part *asked,
    struct compose_part *part, struct error *error)
{
	bool is_file = asked->kind == MAKE_INLINE || asked->kind == MAKE_ATTACHMENT;

	*part = (struct compose_part){.type = asked->type,
	    .charset = asked->charset,
	    .name = asked->name,
	    .description = asked->description,
	    .content_id = asked->content_id};
	if (!make_read(command, asked->path, &part->content, error))
		return false;
	if (is_file) {
		part->disposition =
		    asked->kind == MAKE_INLINE ? TEXT("inline") : TEXT("attachment");
		if (part->name.size == 0)
			part->name = make_base_name(asked->path);
		if (part->type.size == 0)
			part->type = make_part_type(part->name);
	}
	if (asked->kind == MAKE_HTML && part->type.size == 0)
		part->type = TEXT("text/html");
	if (asked->kind == MAKE_TEXT && part->type.size == 0)
		part->type = TEXT("text/plain");
	/* So that HTML can show it: <img src="cid:NAME@inline">. */
	if (asked->kind == MAKE_INLINE && part->content_id.size == 0)
		part->content_id = make_content_id(command->arena, part->name);
	if (asked->type.size == 0 && text_has_prefix(part->type, TEXT("message/")) &&
	    !make_is_embeddable(part))
		part->type = TEXT("application/octet-stream");
	return true;
}

/* --- Structure ---------------------------------------------------------------------------------- */

/* The parts of a kind, in order, in new memory; *count_out may be 0. */
static struct compose_part *
make_select(struct make_command *command, enum make_part_kind kind, size_t *count_out)
{
	const struct make_request *request = command->request;
	struct compose_part *selected =
	    arena_alloc_array(command->arena, request->part_count + 1, sizeof *selected);
	size_t count = 1; /* the first place is for a part that belongs to them */

	for (size_t i = 0; i < request->part_count; i++)
		if (request->parts[i].kind == kind)
			selected[count++] = command->parts[i];
	*count_out = count - 1;
	return selected;
}

/* `first`, where it is not empty, and what stands behind the first place, as one part. */
static struct compose_part
make_join(
    const char *type, const struct compose_part *first, struct compose_part *others, size_t count)
{
	static const struct compose_parameter related = {TEXT("type"), TEXT("text/html")};
	struct compose_part joined = {.type = text_from_string(type)};

	if (first != NULL)
		others[0] = *first;
	joined.children = first != NULL ? others : others + 1;
	joined.count = count + (first != NULL);
	if (joined.count == 1)
		return joined.children[0];
	if (strcmp(type, "multipart/related") == 0 && joined.children[0].children == NULL) {
		joined.parameters = &related;
		joined.parameter_count = 1;
	}
	return joined;
}

/* Text and HTML with what belongs to it; *has_part_out: there is any. */
static struct compose_part
make_content(struct make_command *command, bool *has_part_out)
{
	size_t text_count, html_count, inline_count, count = 0;
	struct compose_part *texts = make_select(command, MAKE_TEXT, &text_count);
	struct compose_part *htmls = make_select(command, MAKE_HTML, &html_count);
	struct compose_part *inlines = make_select(command, MAKE_INLINE, &inline_count);
	struct compose_part *alternatives =
	    arena_alloc_array(command->arena, 3, sizeof *alternatives);

	*has_part_out = text_count + html_count + inline_count > 0;
	if (text_count > 0)
		alternatives[++count] = make_join("multipart/mixed", NULL, texts, text_count);
	if (html_count > 0) {
		struct compose_part html = make_join("multipart/mixed", NULL, htmls, html_count);
		alternatives[++count] =
		    make_join("multipart/related", &html, inlines, inline_count);
		inline_count = 0;
	}
	if (count == 0)
		return make_join("multipart/mixed", NULL, inlines, inline_count);
	struct compose_part content = make_join("multipart/alternative", NULL, alternatives, count);
	return inline_count == 0 ? content
				 : make_join("multipart/mixed", &content, inlines, inline_count);
}

static struct compose_part
make_structure(struct make_command *command)
{
	size_t count;
	bool has_content;
	struct compose_part *attachments = make_select(command, MAKE_ATTACHMENT, &count);
	struct compose_part content = make_content(command, &has_content);

	if (!has_content && count == 0)
		return (struct compose_part){.type = TEXT("text/plain")};
	/* One attachment alone is a part of a message, so that readers offer to save it. */
	if (!has_content && count == 1)
		content = (struct compose_part){.type = TEXT("text/plain")};
	return make_join(
	    "multipart/mixed", has_content || count == 1 ? &content : NULL, attachments, count);
}

/* --- Header ------------------------------------------------------------------------------------- */

static struct text
make_new_id(struct make_command *command)
{
	char host[MAKE_HOST_SIZE] = "";
	uint64_t random[2] = {0};

	if (getrandom(random, sizeof random, GRND_NONBLOCK) < 0)
		random[0] = (uint64_t)clock_monotonic_milliseconds();
	if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
		memcpy(host, "localhost", sizeof "localhost");
	for (char *byte = host; *byte != '\0'; byte++)
		if (!text_is_alpha(*byte) && !text_is_digit(*byte) && *byte != '.')
			*byte = '-';
	return arena_format(command->arena, "%lld.%016llx%08llx@%s",
	    (long long)command->now.seconds, (unsigned long long)random[0],
	    (unsigned long long)(random[1] & 0xffffffff), host);
}

static bool
make_has_field(const struct make_request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (text_is_equal_nocase(request->fields[i].name, text_from_string(name)))
			return true;
	return false;
}

static bool
make_append_field(const struct make_field *field, struct buffer *out, struct error *error)
{
	static const char *const own[] = {"MIME-Version", "Content-Type",
	    "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"};
	struct mail_date date;

	if (!header_edit_check_name(field->name, error)) {
		error_prefix(error, "\"%.*s\": ", TEXT_ARGUMENTS(field->name));
		return false;
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (text_is_equal_nocase(field->name, text_from_string(own[i])))
			return error_set(error, ERROR_INPUT,
			    "%s cannot be given: it follows from the parts", own[i]);
	if (text_is_equal_nocase(field->name, TEXT("Date")) &&
	    !mail_date_parse(field->value, &date))
		return error_set(error, ERROR_INPUT,
		    "\"%.*s\" is no date of mail: write one as \"Sat, 21 Nov 2026 21:48:00 +0100\"",
		    TEXT_ARGUMENTS(field->value));
	if (address_line_is_structured(field->name))
		return compose_field_append_addresses(
		    field->name, field->value, TEXT("\n"), out, error);
	return compose_field_append(field->name, field->value, TEXT("\n"), out) ||
	       error_set(error, ERROR_LIMIT, "the header is too large");
}

/* RFC 5322, section 3.6: what a message has at most once. */
static bool
make_check_once(const struct make_request *request, size_t at, struct error *error)
{
	static const char *const once[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc",
	    "Message-ID", "In-Reply-To", "References", "Subject", "Date"};
	struct text name = request->fields[at].name;

	for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
		if (!text_is_equal_nocase(name, text_from_string(once[i])))
			continue;
		for (size_t k = 0; k < at; k++)
			if (text_is_equal_nocase(request->fields[k].name, name))
				return error_set(error, ERROR_INPUT,
				    "%s is given twice, and a message has it once: write one list "
				    "with commas, or one value",
				    once[i]);
	}
	return true;
}

static bool
make_append_header(struct make_command *command, struct buffer *out, struct error *error)
{
	const struct make_request *request = command->request;
	const struct mail_date now = {.seconds = command->now.seconds, .has_zone = true};
	char date[MAIL_DATE_SIZE];

	for (size_t i = 0; i < request->field_count; i++)
		if (!make_check_once(request, i, error) ||
		    !make_append_field(&request->fields[i], out, error))
			return false;
	if (!request->has_no_defaults && !make_has_field(request, "Date"))
		compose_field_append(TEXT("Date"), mail_date_format(now, date), TEXT("\n"), out);
	if (!request->has_no_defaults && !make_has_field(request, "Message-ID")) {
		buffer_append(out, TEXT("Message-ID: <"));
		buffer_append(out, command->id);
		buffer_append(out, TEXT(">\n"));
	}
	buffer_append(out, TEXT("MIME-Version: 1.0\n"));
	return true;
}

/* --- Adding to a message ------------------------------------------------------------------------ */

/* The end boundary line of a multipart/mixed at the top: new parts are put in front of it. */
static bool
make_find_end(
    struct make_command *command, struct text message, struct text *boundary_out, size_t *at_out)
{
	struct header_field field;
	const struct mime_tree tree = mime_tree_parse(command->arena, message, MIME_LIMITS_DEFAULT);

	if (!mime_part_is(tree.root, TEXT("multipart"), TEXT("mixed")) || !tree.root->is_closed ||
	    tree.root->last_child == NULL ||
	    !header_find_in_bytes(message, TEXT("Content-Type"), 20000, &field))
		return false;
	struct content_type type = content_type_parse(command->arena, field.body);
	if (!content_type_find(&type, TEXT("boundary"), boundary_out))
		return false;
	struct text last = mime_part_bytes(tree.root->last_child);
	size_t at = (size_t)(last.data - message.data) + last.size;
	/* The line end in front of the boundary line belongs to it. */
	if (at < message.size && message.data[at] == '\r')
		at++;
	*at_out = at + 1;
	return text_has_prefix(text_slice(message, *at_out, message.size),
	    arena_format(command->arena, "--%.*s--", TEXT_ARGUMENTS(*boundary_out)));
}

/* The parts, composed one behind the other; ends[i]: where number i ends. */
static bool
make_compose(struct make_command *command, struct text line_end, struct buffer *composed,
    size_t *ends, struct error *error)
{
	for (size_t i = 0; i < command->request->part_count; i++) {
		struct text seed =
		    arena_format(command->arena, "%.*s %zu", TEXT_ARGUMENTS(command->id), i);
		if (!compose_part_append(&command->parts[i], line_end, seed, composed, error))
			return false;
		ends[i] = composed->size;
	}
	return true;
}

static void
make_append_boundary(struct buffer *out, struct text boundary, struct text line_end)
{
	buffer_append(out, TEXT("--"));
	buffer_append(out, boundary);
	buffer_append(out, line_end);
}

/* Each part behind a boundary line, and a line end that belongs to the next. */
static void
make_append_parts(struct make_command *command, struct text composed, const size_t *ends,
    struct text boundary, struct text line_end, struct buffer *out)
{
	size_t start = 0;

	for (size_t i = 0; i < command->request->part_count; i++) {
		make_append_boundary(out, boundary, line_end);
		buffer_append(out, text_slice(composed, start, ends[i]));
		buffer_append(out, line_end);
		start = ends[i];
	}
}

static bool
make_is_content_field(struct text name)
{
	return text_has_prefix_nocase(name, TEXT("Content-"));
}

/* A boundary that the bytes do not hold: what is there already was not composed here, so
 * compose_part_append() cannot see to it. */
static struct text
make_free_boundary(struct make_command *command, struct text bytes, struct text parts)
{
	for (unsigned attempt = 0;; attempt++) {
		struct text id = make_new_id(command);
		struct text boundary = arena_format(command->arena, "=_%u.%.*s", attempt,
		    TEXT_ARGUMENTS(text_slice(id, 0, text_find_byte(id, 0, '@'))));
		if (text_find(bytes, 0, boundary) == bytes.size &&
		    text_find(parts, 0, boundary) == parts.size)
			return boundary;
	}
}

/* The fields that are about the content, or the others. */
static void
make_append_fields(struct text block, bool of_content, struct text line_end, struct buffer *out)
{
	struct header_field field;

	while (header_next(&block, &field)) {
		if (text_is_equal_nocase(field.name, TEXT("MIME-Version")) ||
		    make_is_content_field(field.name) != of_content)
			continue;
		buffer_append(out, field.raw);
		if (!text_has_suffix(field.raw, TEXT("\n")))
			buffer_append(out, line_end);
	}
}

/* The message's own content becomes the first part of a new multipart/mixed; its fields but those of
 * its content stay where they are. */
static void
make_wrap(struct make_command *command, struct text message, struct text composed,
    const size_t *ends, struct buffer *out)
{
	struct text line_end = header_edit_line_end(message);
	struct text boundary = make_free_boundary(command, message, composed);
	bool is_8bit = !text_is_ascii(message) || !text_is_ascii(composed);
	size_t header_size, body_start;

	header_find_end(message, &header_size, &body_start);
	struct text block = text_slice(message, 0, header_size);
	make_append_fields(block, false, line_end, out);
	buffer_append(out, TEXT("MIME-Version: 1.0"));
	buffer_append(out, line_end);
	buffer_append(out, TEXT("Content-Type: multipart/mixed"));
	compose_field_append_parameter(TEXT("boundary"), boundary, line_end, out);
	buffer_append(out, line_end);
	if (is_8bit) {
		buffer_append(out, TEXT("Content-Transfer-Encoding: 8bit"));
		buffer_append(out, line_end);
	}
	buffer_append(out, line_end);
	make_append_boundary(out, boundary, line_end);
	make_append_fields(block, true, line_end, out);
	buffer_append(out, line_end);
	buffer_append(out, text_slice(message, body_start, message.size));
	buffer_append(out, line_end);
	make_append_parts(command, composed, ends, boundary, line_end, out);
	out->size -= line_end.size;
	buffer_append(out, line_end);
	buffer_append(out, TEXT("--"));
	buffer_append(out, boundary);
	buffer_append(out, TEXT("--"));
	buffer_append(out, line_end);
}

/* Into the multipart/mixed that is there; around the message where there is none, or where its boundary
 * would be in a new part. */
static void
make_place(struct make_command *command, struct text message, struct text composed,
    const size_t *ends, struct buffer *out)
{
	struct text line_end = header_edit_line_end(message), boundary;
	size_t at;

	if (!make_find_end(command, message, &boundary, &at) ||
	    text_find(composed, 0, boundary) < composed.size) {
		make_wrap(command, message, composed, ends, out);
		return;
	}
	buffer_append(out, text_slice(message, 0, at));
	make_append_parts(command, composed, ends, boundary, line_end, out);
	buffer_append(out, text_slice(message, at, message.size));
}

static bool
make_add(struct make_command *command, struct text message, struct buffer *out, struct error *error)
{
	const struct make_request *request = command->request;
	size_t *ends = arena_alloc_array(command->arena, request->part_count + 1, sizeof *ends);
	struct buffer composed;

	if (request->field_count > 0)
		return error_set(error, ERROR_INPUT,
		    "--add-to changes no fields: \"culver mail header --set\" does");
	if (request->part_count == 0)
		return error_set(error, ERROR_INPUT, "--add-to needs a part to add");
	buffer_init(&composed, out->maximum);
	bool is_composed =
	    make_compose(command, header_edit_line_end(message), &composed, ends, error);
	if (is_composed)
		make_place(command, message, buffer_text(&composed), ends, out);
	buffer_clear(&composed);
	return is_composed;
}

int
make_command_run(struct arena *arena, const struct make_request *request)
{
	struct make_command *command = arena_alloc(arena, sizeof *command);
	struct error error = {.kind = ERROR_NONE};
	struct mail_output output;
	struct text message = {0};
	struct buffer out;
	uint64_t size = MAKE_OUTPUT_ROOM;
	int status = EX_NOINPUT;

	command->request = request;
	command->arena = arena;
	command->now = clock_now();
	command->id = make_new_id(command);
	mail_output_init(&output, "make", TERMINAL_COLOUR_NEVER);
	bool is_read =
	    request->add_to == NULL || make_read(command, request->add_to, &message, &error);
	for (size_t i = 0; i < request->part_count && is_read; i++) {
		is_read = make_read_part(command, &request->parts[i], &command->parts[i], &error);
		size += MAKE_OUTPUT_GROWTH * command->parts[i].content.size;
	}
	buffer_init(&out, size + message.size);
	if (is_read) {
		struct compose_part whole = make_structure(command);
		bool is_made =
		    request->add_to != NULL
			? make_add(command, message, &out, &error)
			: make_append_header(command, &out, &error) &&
			      compose_part_append(&whole, TEXT("\n"), command->id, &out, &error);
		status = is_made && !buffer_is_overfull(&out) ? EX_OK : EX_USAGE;
		if (is_made && buffer_is_overfull(&out))
			error_set(&error, ERROR_LIMIT, "the message is too large");
	}
	if (status == EX_OK)
		mail_output_bytes(&output, buffer_text(&out));
	else
		mail_output_complain(&output, &error);
	buffer_clear(&out);
	return mail_output_end(&output, status);
}
