/*
 * The materials of floor 0.
 */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/number.h"
#include "base/table.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/vector.h"
#include "support/tap.h"

#include <errno.h>
#include <stdint.h>
#include <time.h>

static void
texts_are_compared_by_bytes(void)
{
	check(text_is_equal(TEXT("a\0b"), TEXT("a\0b")));
	check(!text_is_equal(TEXT("a\0b"), TEXT("a\0c")));
	check(text_is_equal((struct text){NULL, 0}, TEXT("")));
	check(text_is_equal_nocase(TEXT("Content-TYPE"), TEXT("content-type")));
	check(!text_is_equal_nocase(TEXT("\xc4"), TEXT("\xe4")));
	check(text_compare(TEXT("ab"), TEXT("abc")) < 0);
	check(text_compare(TEXT("b"), TEXT("abc")) > 0);
	check(text_compare(TEXT(""), (struct text){NULL, 0}) == 0);
}

static void
slices_never_leave_the_text(void)
{
	check_text(text_slice(TEXT("hello"), 1, 3), TEXT("el"));
	check_text(text_slice(TEXT("hello"), 4, 99), TEXT("o"));
	check_text(text_slice(TEXT("hello"), 9, 99), TEXT(""));
	check_text(text_slice(TEXT("hello"), 3, 1), TEXT(""));
	check_text(text_slice((struct text){NULL, 0}, 0, 5), TEXT(""));
}

static void
searching_and_splitting(void)
{
	struct text rest = TEXT("a,b,,c");

	check_number(text_find_byte(rest, 2, ','), 3);
	check_number(text_find_byte(rest, 9, ','), 6);
	check_number(text_find(TEXT("abcabd"), 0, TEXT("abd")), 3);
	check_number(text_find(TEXT("abc"), 0, TEXT("abcd")), 3);
	check_text(text_split(&rest, ','), TEXT("a"));
	check_text(text_split(&rest, ','), TEXT("b"));
	check_text(text_split(&rest, ','), TEXT(""));
	check_text(text_split(&rest, ','), TEXT("c"));
	check_number(rest.size, 0);
	check_text(text_trim(TEXT(" \t\r\n x y \n")), TEXT("x y"));
	check_text(text_trim(TEXT(" \n")), TEXT(""));
}

static void
bytes_have_their_kinds(void)
{
	char bytes[20];

	for (size_t size = 0; size <= sizeof bytes; size++) {
		memset(bytes, 0x7f, sizeof bytes);
		struct text copy = exact_copy((struct text){bytes, size});
		check(text_is_ascii(copy));
		free((void *)(uintptr_t)copy.data);
		for (size_t i = 0; i < size; i++) {
			bytes[i] = (char)0x80;
			check(!text_is_ascii((struct text){bytes, size}));
			bytes[i] = 0;
		}
	}
	for (int byte = 0; byte < 256; byte++) {
		const char digits[] = "0123456789abcdefABCDEF";
		const char *at = byte == 0 ? NULL : strchr(digits, byte);
		int value = at == NULL ? -1 : (int)(at - digits) - (at - digits > 15 ? 6 : 0);
		check_number(text_hex_value((char)byte), value);
	}
}

static void
arena_memory_is_zeroed_and_aligned(void)
{
	char first[300];
	struct arena arena;

	memset(first, 'x', sizeof first);
	arena_init(&arena, first, sizeof first);
	for (size_t size = 0; size < 5000; size = size * 3 + 1) {
		char *bytes = arena_alloc(&arena, size);
		check((uintptr_t)bytes % 16 == 0);
		for (size_t i = 0; i < size; i++)
			check(bytes[i] == 0);
	}
	check_text(arena_copy_text(&arena, TEXT("a\0b")), TEXT("a\0b"));
	check_text(arena_copy_lower(&arena, TEXT("A-Zz\0Ä")), TEXT("a-zz\0Ä"));
	struct text large = arena_format(&arena, "%0500d", 7);
	check_number(large.size, 500);
	check(large.data[499] == '7' && large.data[500] == '\0');
	arena_clear(&arena);
}

static void
a_buffer_keeps_its_maximum(void)
{
	struct buffer buffer;

	buffer_init(&buffer, 10);
	check(buffer_append(&buffer, TEXT("12345678")));
	check(!buffer_append(&buffer, TEXT("abc")));
	check(buffer_is_overfull(&buffer));
	check_text(buffer_text(&buffer), TEXT("12345678"));
	check(buffer_append_format(&buffer, "%d", 42));
	check(!buffer_append_byte(&buffer, '!'));
	check_text(buffer_text(&buffer), TEXT("1234567842"));
	buffer_reset(&buffer);
	check(!buffer_is_overfull(&buffer));
	buffer_clear(&buffer);
	char memory[4];
	buffer_init_lent(&buffer, memory, sizeof memory, 10);
	check(buffer_append(&buffer, TEXT("abcd")) && buffer_text(&buffer).data == memory);
	check(buffer_append(&buffer, TEXT("efghij")) && !buffer_append_byte(&buffer, 'k'));
	check_text(buffer_text(&buffer), TEXT("abcdefghij"));
	buffer_clear(&buffer);
}

static void
a_table_finds_what_was_set(void)
{
	struct arena arena;
	struct table table;
	char digits[NUMBER_DIGITS_MAX];
	static int values[1000];

	arena_init(&arena, NULL, 0);
	table_init(&table, &arena);
	check(table_find(&table, TEXT("x")) == NULL);
	for (uint64_t i = 0; i < 1000; i++)
		table_set(&table, number_format_unsigned(i, digits), &values[i]);
	for (uint64_t i = 0; i < 1000; i++)
		check(table_find(&table, number_format_unsigned(i, digits)) == &values[i]);
	table_set(&table, TEXT("7"), NULL);
	check(table_find(&table, TEXT("7")) == NULL);
	table_set(&table, TEXT("7"), &values[0]);
	check(table_find(&table, TEXT("7")) == &values[0]);
	size_t position = 0, seen = 0;
	struct text key;
	void *value;
	while (table_next(&table, &position, &key, &value))
		seen++;
	check_number(seen, 1000);
	arena_clear(&arena);
}

static void
a_vector_keeps_its_items(void)
{
	struct arena arena;
	int *items = NULL;
	size_t count = 0, capacity = 0;

	arena_init(&arena, NULL, 0);
	for (int i = 0; i < 1000; i++) {
		items = vector_grow(&arena, items, count, &capacity, sizeof *items);
		items[count++] = i;
	}
	for (int i = 0; i < 1000; i++)
		check(items[i] == i);
	arena_clear(&arena);
}

static void
numbers_are_strict(void)
{
	uint64_t value = 99;

	check(number_parse_unsigned(TEXT("0"), 10, &value) && value == 0);
	check(number_parse_unsigned(TEXT("18446744073709551615"), UINT64_MAX, &value) &&
	      value == UINT64_MAX);
	check(!number_parse_unsigned(TEXT("18446744073709551616"), UINT64_MAX, &value));
	check(number_parse_unsigned(TEXT("5"), 5, &value) && value == 5);
	check(!number_parse_unsigned(TEXT("6"), 5, &value));
	check(!number_parse_unsigned(TEXT("10"), 5, &value));
	check(!number_parse_unsigned(TEXT(""), 10, &value));
	check(!number_parse_unsigned(TEXT("-1"), 10, &value));
	check(!number_parse_unsigned(TEXT("1 "), 10, &value));
	check(number_parse_octal(TEXT("0077"), 0777, &value) && value == 077);
	check(!number_parse_octal(TEXT("8"), 0777, &value));
	check(number_parse_size(TEXT("4K"), UINT64_MAX, &value) && value == 4096);
	check(number_parse_size(TEXT("2g"), UINT64_MAX, &value) && value == 2147483648u);
	check(!number_parse_size(TEXT("K"), UINT64_MAX, &value));
	check(!number_parse_size(TEXT("18014398509481984K"), UINT64_MAX, &value));
	check(number_parse_duration(TEXT("5m"), 1000, &value) && value == 300);
	check(!number_parse_duration(TEXT("5w"), 1000, &value));
}

static void
numbers_are_written_in_decimal(void)
{
	char digits[NUMBER_DIGITS_MAX];

	check_text(number_format_unsigned(0, digits), TEXT("0"));
	check_text(number_format_unsigned(UINT64_MAX, digits), TEXT("18446744073709551615"));
}

static void
times_are_written_as_the_formats_say(void)
{
	char rfc3339[CLOCK_RFC3339_SIZE], asctime[CLOCK_ASCTIME_SIZE];
	struct timestamp when = {1000000000, 987654321};

	/* date -u -d @1000000000 */
	check_text(clock_format_rfc3339(when, rfc3339), TEXT("2001-09-09T01:46:40.987Z"));
	check_text(clock_format_asctime(when, asctime), TEXT("Sun Sep  9 01:46:40 2001"));
	when.seconds = INT64_MAX;
	check_text(clock_format_rfc3339(when, rfc3339), TEXT("9999-12-31T23:59:59.999Z"));
}

/* Each day of 1970 to 2243 and each week of the years 1 to 9999, at different hours. */
static void
times_in_utc_are_those_of_the_library(void)
{
	char ours[CLOCK_RFC3339_SIZE], wanted[64];
	const int64_t day = 86400, year_1 = -62135596800, year_10000 = 253402300800;
	int64_t seconds = year_1;

	for (; seconds < year_10000;
	     seconds += seconds < 0 || seconds > 100000 * day ? 7 * day + 3607 : day - 1) {
		time_t time = (time_t)seconds;
		struct tm utc;
		gmtime_r(&time, &utc);
		snprintf(wanted, sizeof wanted, "%04d-%02d-%02dT%02d:%02d:%02d.007Z",
		    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
		    utc.tm_sec);
		struct text got = clock_format_rfc3339((struct timestamp){seconds, 7999999}, ours);
		if (!text_is_equal(got, text_from_string(wanted))) {
			check_text(got, text_from_string(wanted));
			break;
		}
	}
	check_text(clock_format_rfc3339((struct timestamp){year_10000 - 1, 0}, ours),
	    TEXT("9999-12-31T23:59:59.000Z"));
	check_text(clock_format_rfc3339((struct timestamp){year_10000, 0}, ours),
	    TEXT("9999-12-31T23:59:59.999Z"));
	check_text(clock_format_rfc3339((struct timestamp){year_1, 0}, ours),
	    TEXT("0001-01-01T00:00:00.000Z"));
	check_text(clock_format_rfc3339((struct timestamp){951782400, 0}, ours),
	    TEXT("2000-02-29T00:00:00.000Z"));
}

static void
errors_keep_kind_and_place(void)
{
	struct error error;

	check(!error_set(&error, ERROR_INPUT, "unknown word \"%s\"", "xyz"));
	error_prefix(&error, "%s:%d: ", "file", 3);
	check_text(text_from_string(error.text), TEXT("file:3: unknown word \"xyz\""));
	check(error.kind == ERROR_INPUT);
	errno = ENOSPC;
	check(!error_set_errno(&error, "writing %s", "x"));
	check(error.kind == ERROR_AGAIN && error.number == ENOSPC);
	check_text(text_from_string(error.text), TEXT("writing x: No space left on device"));
}

static void
utf8_follows_rfc_3629(void)
{
	check(utf8_is_valid(TEXT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x95\x8a")));
	check(!utf8_is_valid(TEXT("caf\xe9")));
	check(!utf8_is_valid(TEXT("\xc0\x80")));
	check(!utf8_is_valid(TEXT("\xed\xa0\x80")));
	check(!utf8_is_valid(TEXT("\xf4\x90\x80\x80")));
	check(!utf8_is_valid(TEXT("\xe2\x82")));
	check(!utf8_is_valid(TEXT("\x80")));
}

static void
json_lines_stay_valid_whatever_they_hold(void)
{
	struct buffer buffer;
	struct json_writer json;

	buffer_init(&buffer, 1000);
	json_init(&json, &buffer);
	json_begin_object(&json);
	json_member_text(&json, "a",
	    TEXT("q\"b\\n\n\x01\xe9\xc3\xa9\x7f\xc2\x9b\xc2\xa0\xe2\x80\xae\xe2\x81\xa9\xe2\x80"
		 "\xaf"));
	json_member_integer(&json, "b", INT64_MIN);
	json_name(&json, "c");
	json_begin_array(&json);
	json_bool(&json, true);
	json_null(&json);
	json_begin_object(&json);
	json_end_object(&json);
	json_end_array(&json);
	json_end_object(&json);
	check_text(buffer_text(&buffer), TEXT("{\"a\":"
					      "\"q\\\"b\\\\n\\n\\u0001\xEF\xBF\xBD\xc3\xa9\\u007f\\"
					      "u009b\xc2\xa0\\u202e\\u2069\xe2\x80\xaf\",\"b\":-"
					      "9223372036854775808,"
					      "\"c\":[true,null,{}]}"));
	buffer_clear(&buffer);
}

static void
digest_of(struct text bytes, size_t piece, struct text wanted)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	digest_init(&digest);
	for (size_t i = 0; i < bytes.size; i += piece)
		digest_add(&digest, text_slice(bytes, i, i + piece));
	check_text(digest_format(&digest, hex), wanted);
}

static void
digests_are_sha_256(void)
{
	static char million[1000000];

	/* The examples of FIPS 180-2, appendix B, and the empty message. */
	digest_of(
	    TEXT(""), 1, TEXT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	digest_of(TEXT("abc"), 1,
	    TEXT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	digest_of(TEXT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 7,
	    TEXT("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
	memset(million, 'a', sizeof million);
	digest_of((struct text){million, sizeof million}, 999,
	    TEXT("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

int
main(void)
{
	test("texts are compared by bytes, NUL included", texts_are_compared_by_bytes);
	test("a slice never leaves its text", slices_never_leave_the_text);
	test("searching, splitting and trimming", searching_and_splitting);
	test("ASCII is below 128, a hexadecimal digit has its value", bytes_have_their_kinds);
	test("arena memory is zeroed and aligned", arena_memory_is_zeroed_and_aligned);
	test("a buffer never passes its maximum", a_buffer_keeps_its_maximum);
	test("a table finds what was set, in order", a_table_finds_what_was_set);
	test("a vector keeps its items when it grows", a_vector_keeps_its_items);
	test("numbers are strict", numbers_are_strict);
	test("numbers are written in decimal", numbers_are_written_in_decimal);
	test("times are written as RFC 3339 and asctime have them",
	    times_are_written_as_the_formats_say);
	test("times in UTC are those of the C library", times_in_utc_are_those_of_the_library);
	test("errors keep their kind and gain a place", errors_keep_kind_and_place);
	test("UTF-8 follows RFC 3629", utf8_follows_rfc_3629);
	test("JSON lines stay valid whatever they hold", json_lines_stay_valid_whatever_they_hold);
	test("digests are SHA-256, whatever the pieces", digests_are_sha_256);
	return tests_end();
}
