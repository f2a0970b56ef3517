/*
 * Any bytes as a header field's body, and as a value to write. Checked: what is decoded is valid
 * UTF-8 and holds no more line ends and NULs than the body; a plain body stays as it is; what is
 * written is ASCII without a line end that nothing but a fold follows, and reads back as the value.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
count_byte(struct text text, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == byte;
	return count;
}

static void
check_decoding(struct text body, struct buffer *out)
{
	struct encoded_word_facts facts = {0};

	REQUIRE(encoded_word_decode(body, out, &facts));
	struct text decoded = buffer_text(out);
	REQUIRE(utf8_is_valid(decoded));
	REQUIRE(count_byte(decoded, '\n') <= count_byte(body, '\n'));
	REQUIRE(count_byte(decoded, '\r') <= count_byte(body, '\r'));
	REQUIRE(count_byte(decoded, '\0') <= count_byte(body, '\0'));
	REQUIRE(!encoded_word_is_plain(body) || text_is_equal(body, decoded));
}

/* The value as a reader sees it: line ends and NUL are blanks. */
static void
check_writing(struct text value, size_t column, struct buffer *out, struct buffer *back)
{
	struct arena arena;

	REQUIRE(encoded_word_append(out, value, column));
	struct text written = buffer_text(out);
	for (size_t i = 0; i < written.size; i++) {
		REQUIRE((unsigned char)written.data[i] < 0x80);
		REQUIRE(written.data[i] != '\r' && written.data[i] != '\0');
		REQUIRE(written.data[i] != '\n' ||
			(i + 1 < written.size &&
			    (written.data[i + 1] == ' ' || written.data[i + 1] == '\t')));
	}
	/* A byte order mark at the beginning of a word is left out by reading. */
	if (!utf8_is_valid(value) || text_find(value, 0, TEXT("\xEF\xBB\xBF")) < value.size)
		return;
	arena_init(&arena, NULL, 0);
	char *clean = arena_alloc_bytes(&arena, value.size + 1);
	for (size_t i = 0; i < value.size; i++) {
		char byte = value.data[i];
		clean[i] = byte == '\n' || byte == '\r' || byte == '\0' ? ' ' : byte;
	}
	REQUIRE(encoded_word_decode(header_unfold(&arena, written), back, NULL));
	struct text wanted = text_trim((struct text){clean, value.size});
	REQUIRE(text_is_equal(text_trim(buffer_text(back)), wanted));
	arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = {(const char *)data, size};
	struct buffer out, written, back;

	buffer_init(&out, 8 * size + 1000);
	buffer_init(&written, 8 * size + 1000);
	buffer_init(&back, 8 * size + 1000);
	check_decoding(body, &out);
	check_writing(body, size > 0 ? data[0] % 90 : 0, &written, &back);
	buffer_clear(&out);
	buffer_clear(&written);
	buffer_clear(&back);
	return 0;
}
