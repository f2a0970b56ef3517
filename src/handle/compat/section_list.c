/*
 * Numbers and facts of sections; see section_list.h.
 */
#include "handle/compat/section_list.h"

#include "base/buffer.h"
#include "mail/encoded_word.h"

void
section_list_numbers(struct arena *arena, const struct mime_tree *tree, struct message_sink *sink)
{
	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part)) {
		message_sink_write(sink, section_number(arena, part));
		message_sink_write(sink, TEXT("\n"));
	}
}

/* "name: value", the value on one line; nothing for an empty one. */
static void
section_list_value(struct message_sink *sink, const char *name, struct text value)
{
	if (value.size == 0)
		return;
	message_sink_write(sink, text_from_string(name));
	message_sink_write(sink, TEXT(": "));
	for (size_t begin = 0, end; begin <= value.size; begin = end + 1) {
		for (end = begin; end < value.size && (unsigned char)value.data[end] >= ' ';)
			end++;
		message_sink_write(sink, text_slice(value, begin, end));
		if (end < value.size)
			message_sink_write(sink, TEXT(" "));
	}
	message_sink_write(sink, TEXT("\n"));
}

static uint64_t
section_list_count_lines(const char *from, const char *to)
{
	uint64_t lines = 0;

	for (; from < to && (from = memchr(from, '\n', (size_t)(to - from))) != NULL; from++)
		lines++;
	return lines;
}

static void
section_list_place(struct arena *arena, const struct mime_tree *tree, const struct mime_part *part,
    struct message_sink *sink)
{
	const char *first = tree->root->header.data != NULL ? tree->root->header.data : "";
	const char *begin = part->header.data != NULL ? part->header.data : first;
	struct text content = section_body(part);
	const char *body = content.data != NULL ? content.data : begin + part->header.size;
	const char *end = body + content.size;
	/* Lines of an inner message are counted without its last line end. */
	const char *last = end > body && part->parent != NULL && end[-1] == '\n' ? end - 1 : end;

	message_sink_write(sink,
	    arena_format(arena,
		"starting-pos: %zu\nstarting-pos-body: %zu\nending-pos: %zu\nline-count: %llu\n"
		"body-line-count: %llu\n",
		(size_t)(begin - first), (size_t)(body - first), (size_t)(end - first),
		(unsigned long long)section_list_count_lines(begin, last),
		(unsigned long long)section_list_count_lines(body, last)));
}

static struct text
section_list_decode(struct arena *arena, struct text body)
{
	struct buffer decoded;

	buffer_init(&decoded, 4 * body.size + 4096);
	encoded_word_decode(body, &decoded, NULL);
	struct text copy = arena_copy_text(arena, buffer_text(&decoded));
	buffer_clear(&decoded);
	return copy;
}

void
section_list_facts(struct arena *arena, const struct mime_tree *tree, const struct mime_part *part,
    struct text charset, struct message_sink *sink)
{
	struct text own = section_parameter(arena, part, TEXT("Content-Type"), TEXT("charset"));
	struct text encoding = section_encoding_name(arena, part);
	struct text disposition = section_field(arena, part, TEXT("Content-Disposition"));

	disposition.size = text_find_byte(disposition, 0, ';');
	section_list_value(sink, "section", section_number(arena, part));
	section_list_value(sink, "content-type", section_type(arena, part));
	section_list_value(sink, "content-name",
	    section_parameter(arena, part, TEXT("Content-Type"), TEXT("name")));
	section_list_value(
	    sink, "content-transfer-encoding", encoding.size > 0 ? encoding : TEXT("8bit"));
	section_list_value(sink, "charset", own.size > 0 ? section_lower(arena, own) : charset);
	section_list_value(
	    sink, "content-disposition", section_lower(arena, text_trim(disposition)));
	section_list_value(sink, "content-disposition-name",
	    section_parameter(arena, part, TEXT("Content-Disposition"), TEXT("name")));
	section_list_value(sink, "content-disposition-filename",
	    section_parameter(arena, part, TEXT("Content-Disposition"), TEXT("filename")));
	section_list_value(sink, "content-id", section_field(arena, part, TEXT("Content-ID")));
	section_list_value(sink, "content-description",
	    section_list_decode(arena, section_field(arena, part, TEXT("Content-Description"))));
	section_list_value(
	    sink, "content-language", section_field(arena, part, TEXT("Content-Language")));
	section_list_value(sink, "content-md5", section_field(arena, part, TEXT("Content-MD5")));
	section_list_place(arena, tree, part, sink);
}

const char *
section_list_check(struct arena *arena, const struct mime_tree *tree)
{
	if (tree->truncated)
		return "MIME complexity.";
	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part)) {
		if (part->kind != MIME_MULTIPART)
			continue;
		struct text own =
		    section_parameter(arena, part, TEXT("Content-Type"), TEXT("boundary"));
		for (const struct mime_part *outer = part->parent; outer != NULL;
		     outer = outer->parent) {
			if (outer->kind != MIME_MULTIPART)
				continue;
			struct text other =
			    section_parameter(arena, outer, TEXT("Content-Type"), TEXT("boundary"));
			if (text_has_prefix(own, other) || text_has_prefix(other, own))
				return "Ambiguous  MIME boundary delimiters.";
		}
	}
	return NULL;
}
