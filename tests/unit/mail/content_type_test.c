/*
 * Content types: each is written down as "type/subtype;name=value".
 */
#include "base/buffer.h"
#include "mail/content_type.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static void
check_type_at(struct text body, bool malformed, struct text wanted, int line)
{
	struct text copy = exact_copy(body);
	struct content_type type = content_type_parse(&arena, copy);
	struct buffer out;

	buffer_init(&out, 10000);
	buffer_append(&out, type.type);
	buffer_append_byte(&out, '/');
	buffer_append(&out, type.subtype);
	for (size_t i = 0; i < type.count; i++) {
		buffer_append_byte(&out, ';');
		buffer_append(&out, type.parameters[i].name);
		buffer_append_byte(&out, '=');
		buffer_append(&out, type.parameters[i].value);
	}
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_at(type.malformed == malformed, body.data, __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

#define check_good(body, wanted)      check_type_at(TEXT(body), false, TEXT(wanted), __LINE__)
#define check_malformed(body, wanted) check_type_at(TEXT(body), true, TEXT(wanted), __LINE__)

static void
well_formed_types_are_read(void)
{
	check_good(" text/plain", "text/plain");
	check_good("Text/HTML; charset=\"us-ascii\"", "Text/HTML;charset=us-ascii");
	check_good("text/plain; charset=us-ascii (Plain text)", "text/plain;charset=us-ascii");
	check_good(
	    "(a) text (b) / (c) plain (d) ; (e) charset (f) = (g) x (h)", "text/plain;charset=x");
	check_good(
	    "multipart/mixed;\r\n\tboundary=\"a b\\\"c\"", "multipart/mixed;boundary=a b\"c");
	check_good("text/plain; charset=utf-8;", "text/plain;charset=utf-8");
	check_good("text/plain;; a=b", "text/plain;a=b");
	check_good("attachment; filename=\"fold\r\n ed.txt\"", "attachment/;filename=fold ed.txt");
	check_good("x/y; a=\"\"; b=1", "x/y;a=;b=1");
	check_good("x/y; filename*0*=utf-8''a%20; filename*1=b",
	    "x/y;filename*0*=utf-8''a%20;filename*1=b");
}

static void
malformed_types_are_read_as_far_as_they_go(void)
{
	check_malformed("", "/");
	check_malformed("; charset=x", "/;charset=x");
	check_malformed("text/plain charset=utf-8", "text/plain;charset=utf-8");
	check_malformed(
	    "text/plain; charset=utf-8 format=flowed", "text/plain;charset=utf-8;format=flowed");
	check_malformed("text/plain; name=foo bar.pdf; a=b", "text/plain;name=foo bar.pdf;a=b");
	check_malformed("multipart/mixed; boundary=----=_Part_1:2/3",
	    "multipart/mixed;boundary=----=_Part_1:2/3");
	check_malformed("multipart/mixed; boundary=\"abc", "multipart/mixed;boundary=abc");
	check_malformed("x/y; a=\"b\"c; d=e", "x/y;a=b;d=e");
	check_malformed("x/y; flag; a=b", "x/y;a=b");
	check_malformed("x/y; =b; a=c", "x/y;a=c");
	check_malformed("x/y; a=; b=c", "x/y;a=;b=c");
	check_malformed("x/y/z; a=b", "x/y;a=b");
	check_malformed("x/y; a=\"b\\", "x/y;a=b\\");
	check_malformed("x/y; a=b\0c", "x/y;a=b\0c");
}

static void
parameters_are_found_by_name(void)
{
	struct content_type type = content_type_parse(&arena, TEXT("a/b; X=1; x=2; y=\"z\""));
	struct text value;

	check(content_type_find(&type, TEXT("x"), &value));
	check_text(value, TEXT("1"));
	check(content_type_find(&type, TEXT("Y"), &value));
	check_text(value, TEXT("z"));
	check(!content_type_find(&type, TEXT("q"), &value));
}

static void
limits_are_visible_facts(void)
{
	size_t size = CONTENT_TYPE_SIZE_MAX + 100;
	char *large = malloc(size);
	struct content_type type;

	for (size_t i = 0; i < size; i++)
		large[i] = "a=b;"[i % 4];
	memcpy(large, "x/y;", 4);
	type =
	    content_type_parse(&arena, (struct text){large, 4 + CONTENT_TYPE_PARAMETERS_MAX * 4});
	check_number(type.count, CONTENT_TYPE_PARAMETERS_MAX);
	check(!type.truncated);
	type =
	    content_type_parse(&arena, (struct text){large, 8 + CONTENT_TYPE_PARAMETERS_MAX * 4});
	check_number(type.count, CONTENT_TYPE_PARAMETERS_MAX);
	check(type.truncated);
	memset(large + 4, ' ', size - 4);
	type = content_type_parse(&arena, (struct text){large, size});
	check(type.truncated);
	check(!type.malformed);
	free(large);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("well-formed types and parameters are read", well_formed_types_are_read);
	test("malformed types are read as far as they go",
	    malformed_types_are_read_as_far_as_they_go);
	test("parameters are found by name, the first one wins", parameters_are_found_by_name);
	test("limits are visible facts", limits_are_visible_facts);
	arena_clear(&arena);
	return tests_end();
}
