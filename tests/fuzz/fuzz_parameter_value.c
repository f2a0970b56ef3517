/*
 * Any bytes as the body of a Content-Disposition. Checked: a value that is found is valid UTF-8 of
 * bounded size, every parameter that is written under some name is found under it, and a plain ASCII value
 * without other spellings stays as it is.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "mail/parameter_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = {(const char *)data, size};
	struct parameter_value value;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct content_type type = content_type_parse(&arena, body);
	for (size_t i = 0; i < type.count; i++) {
		struct content_parameter parameter = type.parameters[i];
		size_t star = text_find_byte(parameter.name, 0, '*');
		bool is_found = parameter_value_find(&arena, &type, parameter.name, &value);
		REQUIRE(is_found || star < parameter.name.size);
		if (!is_found)
			continue;
		REQUIRE(utf8_is_valid(value.value) && value.value.size <= PARAMETER_VALUE_MAX);
		if (i == 0 && type.count == 1 && encoded_word_is_plain(parameter.value) &&
		    star == parameter.name.size)
			REQUIRE(text_is_equal(value.value, parameter.value));
	}
	parameter_value_find(&arena, &type, TEXT("filename"), &value);
	REQUIRE(utf8_is_valid(value.value));
	arena_clear(&arena);
	return 0;
}
