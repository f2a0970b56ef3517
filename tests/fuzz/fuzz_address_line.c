/*
 * Any bytes as the body of an address field. Checked: the line begins with the field's name, is one
 * line of valid UTF-8 without NUL, and a line that does not fit leaves the buffer as it was.
 */
#include <stdint.h>
#include <string.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/address_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = {(const char *)data, size};
	struct buffer line, small;

	buffer_init(&line, 8 * size + 100);
	REQUIRE(address_line_append(TEXT("To"), body, &line));
	struct text text = buffer_text(&line);
	REQUIRE(text_has_prefix(text, TEXT("To: ")));
	REQUIRE(utf8_is_valid(text));
	REQUIRE(text_find_byte(text, 0, '\n') == text.size);
	REQUIRE(text_find_byte(text, 0, '\r') == text.size);
	REQUIRE(text_find_byte(text, 0, '\0') == text.size);
	buffer_init(&small, text.size - 1);
	REQUIRE(!address_line_append(TEXT("To"), body, &small) && small.size == 0);
	buffer_clear(&small);
	buffer_clear(&line);
	return 0;
}
