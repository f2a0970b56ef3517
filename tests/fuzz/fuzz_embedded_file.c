/*
 * Any text with files in it. Checked: files lie in the text, in order; decoding gives the same whether the
 * content comes at once or byte by byte, and not more than its bounds.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/digest.h"
#include "mail/embedded_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Its size, and a digest of its bytes. */
static size_t
decode(const struct embedded_file *file, size_t cut, char hex[DIGEST_HEX_SIZE])
{
	char piece[EMBEDDED_OUT_MIN];
	struct embedded_decoder decoder;
	struct digest digest;
	size_t at = 0, got, size = 0;

	digest_init(&digest);
	embedded_decoder_init(&decoder, file);
	do {
		size_t end = file->content.size - at > cut ? at + cut : file->content.size;
		struct text input = text_slice(file->content, at, end);
		at = end;
		do {
			got = embedded_decoder_take(
			    &decoder, &input, at == file->content.size, piece, sizeof piece);
			REQUIRE(got <= sizeof piece);
			digest_add(&digest, (struct text){piece, got});
			size += got;
		} while (got > 0 || input.size > 0);
	} while (at < file->content.size);
	digest_format(&digest, hex);
	return size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char whole[DIGEST_HEX_SIZE], single[DIGEST_HEX_SIZE];
	struct text text = {(const char *)data, size};
	struct embedded_file file;
	size_t position = 0, before = 0;

	while (embedded_file_next(text, &position, &file)) {
		REQUIRE(position > before && position <= size);
		REQUIRE(file.bytes.data >= text.data + before);
		REQUIRE(file.bytes.data + file.bytes.size == text.data + position);
		REQUIRE(file.content.data >= file.bytes.data);
		REQUIRE(file.content.data + file.content.size <= text.data + position);
		REQUIRE(file.name.data >= file.bytes.data);
		size_t got = decode(&file, size, whole);
		REQUIRE(got <= (file.content.size + 1) * 32);
		REQUIRE(decode(&file, 1, single) == got);
		REQUIRE(memcmp(whole, single, sizeof whole) == 0);
		before = position;
	}
	REQUIRE(position == size);
	return 0;
}
