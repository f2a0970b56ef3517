/*
 * Any bytes as an address list. Checked: every address lies in the source and in order, values hold
 * no line end, groups count their members, and a well-formed address that is written down reads
 * back as the same mailbox.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_value(struct text value)
{
	REQUIRE(text_find_byte(value, 0, '\n') == value.size &&
		text_find_byte(value, 0, '\r') == value.size);
}

static void
check_round_trip(struct arena *arena, const struct address *address)
{
	struct buffer out;

	buffer_init(&out, 3 * ADDRESS_SOURCE_MAX);
	REQUIRE(address_append_spec(address, &out));
	check_value(buffer_text(&out));
	struct address_list again = address_list_parse(arena, buffer_text(&out), ADDRESS_COUNT_MAX);
	if (!address->malformed && address->local_part.size + address->domain.size > 0) {
		REQUIRE(again.count == 1 && !again.malformed);
		REQUIRE(text_is_equal(again.items[0].local_part, address->local_part));
		REQUIRE(text_is_equal(again.items[0].domain, address->domain));
	}
	buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text source = {(const char *)data, size};
	struct arena arena;
	size_t members = 0, position = 0;

	arena_init(&arena, NULL, 0);
	struct address_list list = address_list_parse(&arena, source, 100);
	REQUIRE(list.count <= 100 && list.group_count <= 100);
	for (size_t i = 0; i < list.count; i++) {
		const struct address *address = &list.items[i];
		size_t begin = (size_t)(address->raw.data - source.data);
		REQUIRE(address->raw.size > 0 && begin >= position &&
			begin + address->raw.size <= size);
		position = begin + address->raw.size;
		REQUIRE(address->group == ADDRESS_NO_GROUP || address->group < list.group_count);
		REQUIRE(!address->malformed || list.malformed);
		members += address->group != ADDRESS_NO_GROUP;
		check_value(address->display_name);
		check_value(address->local_part);
		check_value(address->domain);
		if (i < 10)
			check_round_trip(&arena, address);
	}
	for (size_t i = 0; i < list.group_count; i++)
		members -= list.groups[i].count;
	REQUIRE(members == 0);
	arena_clear(&arena);
	return 0;
}
