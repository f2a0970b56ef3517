/*
 * Any bytes as a folder's name, in each layout and encoding. Checked: a name that is taken leads to
 * a directory below the root and to nothing else, no part of it is longer than a file name may be,
 * and modified UTF-7 is printable ASCII.
 */
#include <stdint.h>

#include "base/bug.h"
#include "deliver/mailbox_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_path(struct text path, enum mailbox_layout layout, enum mailbox_encoding encoding)
{
	REQUIRE(text_has_prefix(path, TEXT("/r")));
	struct text rest = text_slice(path, 2, path.size);
	REQUIRE(rest.size == 0 || rest.data[0] == '/');
	text_split(&rest, '/');
	for (size_t parts = 0; rest.size > 0; parts++) {
		struct text part = text_split(&rest, '/');
		REQUIRE(part.size > 0 && part.size <= MAILBOX_NAME_BYTES_MAX);
		REQUIRE((part.data[0] == '.') == (layout == MAILBOX_LAYOUT_MAILDIR));
		REQUIRE(!text_is_equal(part, TEXT(".")) && !text_is_equal(part, TEXT("..")));
		REQUIRE(text_find(part, 0, TEXT("..")) == part.size || layout == MAILBOX_LAYOUT_FS);
		REQUIRE(layout == MAILBOX_LAYOUT_FS || parts == 0);
	}
	for (size_t i = 0; i < path.size; i++)
		REQUIRE((unsigned char)path.data[i] >= ' ' && path.data[i] != 127 &&
			(encoding == MAILBOX_ENCODING_UTF8 || (unsigned char)path.data[i] < 127));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text name = {(const char *)data, size};
	struct mailbox_name parsed;
	struct error error;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	for (unsigned i = 0; i < 4; i++) {
		enum mailbox_layout layout = i & 1 ? MAILBOX_LAYOUT_FS : MAILBOX_LAYOUT_MAILDIR;
		enum mailbox_encoding encoding =
		    i & 2 ? MAILBOX_ENCODING_UTF8 : MAILBOX_ENCODING_UTF7;
		if (!mailbox_name_parse(&arena, name, layout, encoding, &parsed, &error))
			continue;
		REQUIRE(parsed.level_count <= MAILBOX_NAME_LEVELS_MAX);
		REQUIRE(parsed.is_inbox == (parsed.level_count == 0));
		check_path(mailbox_name_path(&arena, &parsed, parsed.level_count, TEXT("/r/")),
		    layout, encoding);
	}
	arena_clear(&arena);
	return 0;
}
