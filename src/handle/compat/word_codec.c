/*
 * Encoded words for scripts; see word_codec.h. Decoded text is UTF-8 inside; US-ASCII and the charsets
 * of one byte that are the beginning of Unicode are made of it here, a "?" for what they do not have.
 */
#include "handle/compat/word_codec.h"

#include "base/utf8.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

enum { WORD_CODEC_MAX = 4 * 1024 * 1024 };

struct word_codec {
	struct arena *arena;
	struct message_sink *sink;
	uint32_t limit; /* the first character that cannot be written; 0: none */
};

static bool
word_codec_find_limit(struct text charset, uint32_t *limit_out)
{
	const struct {
		struct text name;
		uint32_t limit;
	} known[] = {
	    {TEXT(""), 0},
	    {TEXT("utf-8"), 0},
	    {TEXT("utf8"), 0},
	    {TEXT("us-ascii"), 0x80},
	    {TEXT("iso-8859-1"), 0x100},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		*limit_out = known[i].limit;
		if (text_is_equal_nocase(charset, known[i].name))
			return true;
	}
	return false;
}

static void
word_codec_write_utf8(struct word_codec *codec, struct text text)
{
	if (codec->limit == 0) {
		message_sink_write(codec->sink, text);
		return;
	}
	for (size_t at = 0; at < text.size;) {
		size_t size = utf8_sequence_length(text, at);
		uint32_t character =
		    size > 0 ? utf8_parse(text_slice(text, at, at + size)) : codec->limit;
		char byte = character < codec->limit ? (char)character : '?';
		message_sink_write(codec->sink, (struct text){&byte, 1});
		at += size > 0 ? size : 1;
	}
}

static struct text
word_codec_decode(struct word_codec *codec, struct text source)
{
	struct buffer decoded;

	buffer_init(&decoded, WORD_CODEC_MAX);
	encoded_word_decode(source, &decoded, NULL);
	struct text copy = arena_copy_text(codec->arena, buffer_text(&decoded));
	buffer_clear(&decoded);
	return copy;
}

static bool
word_codec_needs_quotes(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (memchr("()<>[]:;@\\,.\"", name.data[i], 13) != NULL)
			return true;
	return false;
}

static void
word_codec_append_name(struct text name, struct buffer *out)
{
	if (!word_codec_needs_quotes(name)) {
		buffer_append(out, name);
		return;
	}
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, name.data[i]);
	}
	buffer_append_byte(out, '"');
}

/* One address as people read it, or as a header has it. */
static void
word_codec_append_address(
    struct word_codec *codec, const struct address *address, bool encodes, struct buffer *out)
{
	struct text name = word_codec_decode(codec, address->display_name);
	struct buffer spec;

	buffer_init(&spec, WORD_CODEC_MAX);
	if (address->malformed || !address_append_spec(address, &spec))
		buffer_append(out, text_trim(address->raw));
	else if (name.size == 0)
		buffer_append(out, buffer_text(&spec));
	else {
		if (encodes && !text_is_ascii(name))
			encoded_word_append_whole(out, name, 0);
		else
			word_codec_append_name(name, out);
		buffer_append(out, TEXT(" <"));
		buffer_append(out, buffer_text(&spec));
		buffer_append_byte(out, '>');
	}
	buffer_clear(&spec);
}

static void
word_codec_write_addresses(struct word_codec *codec, struct text source, bool encodes)
{
	struct address_list list = address_list_parse(codec->arena, source, ADDRESS_COUNT_MAX);
	struct buffer out;
	size_t group = ADDRESS_NO_GROUP;

	buffer_init(&out, WORD_CODEC_MAX);
	for (size_t i = 0; i < list.count; i++) {
		const struct address *address = &list.items[i];
		if (group != ADDRESS_NO_GROUP && address->group != group)
			buffer_append_byte(&out, ';');
		if (i > 0)
			buffer_append(&out, encodes ? TEXT(",\n  ") : TEXT(", \n"));
		if (address->group != group && address->group != ADDRESS_NO_GROUP) {
			word_codec_append_name(list.groups[address->group].name, &out);
			buffer_append(&out, encodes ? TEXT(":\n  ") : TEXT(": \n"));
		}
		group = address->group;
		word_codec_append_address(codec, address, encodes, &out);
	}
	if (group != ADDRESS_NO_GROUP)
		buffer_append_byte(&out, ';');
	word_codec_write_utf8(codec, buffer_text(&out));
	buffer_clear(&out);
}

static struct text
word_codec_read(struct word_codec *codec, struct text source, struct text charset)
{
	struct charset_decoder decoder;
	const struct charset known = charset_parse(charset);
	struct buffer text;

	buffer_init(&text, WORD_CODEC_MAX);
	charset_decoder_init(&decoder, &known);
	charset_decoder_append(&decoder, source, &text);
	charset_decoder_clear(&decoder);
	struct text copy = arena_copy_text(codec->arena, buffer_text(&text));
	buffer_clear(&text);
	return copy;
}

bool
word_codec_write(struct arena *arena, enum word_codec_job job, struct text source,
    struct text charset, struct message_sink *sink, struct error *error)
{
	struct word_codec codec = {.arena = arena, .sink = sink};
	bool encodes = job == WORD_CODEC_ENCODE || job == WORD_CODEC_ENCODE_ADDRESSES;
	struct buffer out;

	if (source.size > WORD_CODEC_MAX / 8)
		return error_set(error, ERROR_LIMIT, "the text is too large for a header");
	if (encodes)
		source = word_codec_read(&codec, source, charset);
	else if (!word_codec_find_limit(charset, &codec.limit))
		return error_set(error, ERROR_INPUT,
		    "the charset \"%.*s\" cannot be written: give utf-8, iso-8859-1 or us-ascii, "
		    "and convert with iconv(1)",
		    TEXT_ARGUMENTS(charset));
	switch (job) {
	case WORD_CODEC_DECODE:
		word_codec_write_utf8(&codec, word_codec_decode(&codec, source));
		break;
	case WORD_CODEC_ENCODE:
		buffer_init(&out, WORD_CODEC_MAX);
		encoded_word_append(&out, source, 0);
		message_sink_write(sink, buffer_text(&out));
		buffer_clear(&out);
		break;
	default:
		word_codec_write_addresses(&codec, source, encodes);
	}
	message_sink_write(sink, TEXT("\n"));
	return true;
}
