/*
 * Parts of addresses; see address_value.h.
 */
#include "filter/engine/address_value.h"

#include "base/buffer.h"
#include "mail/domain_name.h"
#include "mail/encoded_word.h"

enum { ADDRESS_VALUE_MAX = 65536 };

static const struct address_part_name {
	struct text name;
	enum address_part part;
} address_part_names[] = {
    {TEXT("address"), ADDRESS_PART_ADDRESS},
    {TEXT("local"), ADDRESS_PART_LOCAL},
    {TEXT("user"), ADDRESS_PART_USER},
    {TEXT("subaddress"), ADDRESS_PART_SUBADDRESS},
    {TEXT("domain"), ADDRESS_PART_DOMAIN},
    {TEXT("name"), ADDRESS_PART_NAME},
};

const char address_value_parts[] = "address, local, user, subaddress, domain, name";

enum address_part
address_value_parse(struct text word, struct text *field_out)
{
	size_t colon = text_find_byte(word, 0, ':');
	struct text part = text_slice(word, colon + 1, word.size);

	*field_out = text_slice(word, 0, colon);
	if (part.size == 0) {
		*field_out = word;
		return ADDRESS_PART_NONE;
	}
	for (size_t i = 0; i < sizeof address_part_names / sizeof *address_part_names; i++)
		if (text_is_equal(address_part_names[i].name, part))
			return address_part_names[i].part;
	return ADDRESS_PART_UNKNOWN;
}

/* What is made in a buffer, kept in the arena. */
static struct text
address_value_keep(struct arena *arena, struct buffer *buffer)
{
	struct text kept = arena_copy_text(arena, buffer_text(buffer));

	buffer_clear(buffer);
	return kept;
}

static struct text
address_value_spec(struct arena *arena, const struct address *address, struct text domain)
{
	struct address other = *address;
	struct buffer spec;

	other.domain = domain;
	buffer_init(&spec, ADDRESS_VALUE_MAX);
	address_append_spec(&other, &spec);
	return address_value_keep(arena, &spec);
}

static struct text
address_value_name(struct arena *arena, struct text name)
{
	struct buffer decoded;

	if (encoded_word_is_plain(name))
		return name;
	buffer_init(&decoded, ADDRESS_VALUE_MAX);
	if (!encoded_word_decode(name, &decoded, NULL)) {
		buffer_clear(&decoded);
		return name;
	}
	return address_value_keep(arena, &decoded);
}

/* Parts that are a piece of the address, as it is: of these there is one value. */
static struct text
address_value_piece(struct arena *arena, const struct address *address, enum address_part part,
    struct text delimiters)
{
	struct text local_part = address->local_part;
	size_t delimiter = address_find_delimiter(local_part, delimiters);

	switch (part) {
	case ADDRESS_PART_LOCAL:
		return local_part;
	case ADDRESS_PART_USER:
		return text_slice(local_part, 0, delimiter);
	case ADDRESS_PART_SUBADDRESS:
		return text_slice(local_part, delimiter + 1, local_part.size);
	case ADDRESS_PART_DOMAIN:
		return address->domain;
	case ADDRESS_PART_NAME:
		return address_value_name(arena, address->display_name);
	default:
		return address_value_spec(arena, address, address->domain);
	}
}

unsigned
address_value_get(struct arena *arena, const struct address *address, enum address_part part,
    struct text delimiters, struct text values_out[2])
{
	bool has_domain = part == ADDRESS_PART_DOMAIN || part == ADDRESS_PART_ADDRESS;
	struct text other;

	values_out[0] = address_value_piece(arena, address, part, delimiters);
	if (values_out[0].size == 0)
		return 0;
	if (!has_domain || !domain_name_other_form(arena, address->domain, &other))
		return 1;
	values_out[1] =
	    part == ADDRESS_PART_DOMAIN ? other : address_value_spec(arena, address, other);
	return 2;
}
