/*
 * Who, to whom, about what, when; see mail_summary.h.
 */
#include "handle/mail_summary.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/vector.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

static struct text
mail_summary_decode(struct arena *arena, struct text body)
{
	struct buffer decoded;
	char memory[2048];

	if (encoded_word_is_plain(body))
		return body;
	/* A word gives at most three bytes for one. */
	buffer_init_lent(&decoded, memory, sizeof memory, 4 * MAIL_SUMMARY_VALUE_MAX);
	encoded_word_decode(body, &decoded, NULL);
	struct text copy = arena_copy_text(arena, buffer_text(&decoded));
	buffer_clear(&decoded);
	return copy;
}

struct text
mail_summary_field(struct arena *arena, const struct message *message, struct text name)
{
	struct header_field field;

	if (!header_find_in_bytes(message_header_block(message), name, MESSAGE_FIELDS_MAX, &field))
		return TEXT("");
	struct text body = text_slice(field.body, 0, MAIL_SUMMARY_VALUE_MAX);
	return text_trim(mail_summary_decode(arena, header_unfold(arena, body)));
}

struct address_list
mail_summary_addresses(struct arena *arena, const struct message *message, struct text name)
{
	struct address_list all = {0};
	size_t capacity = 0;
	const struct header *header = message_header(message);

	for (size_t i = 0; i < header->count; i++) {
		if (!text_is_equal_nocase(header->fields[i].name, name))
			continue;
		struct text body = text_slice(header->fields[i].body, 0, ADDRESS_SOURCE_MAX);
		struct address_list list =
		    address_list_parse(arena, body, ADDRESS_COUNT_MAX - all.count);
		for (size_t j = 0; j < list.count; j++) {
			all.items =
			    vector_grow(arena, all.items, all.count, &capacity, sizeof *all.items);
			all.items[all.count] = list.items[j];
			all.items[all.count].group = ADDRESS_NO_GROUP;
			all.items[all.count].display_name =
			    mail_summary_decode(arena, list.items[j].display_name);
			all.count++;
		}
		all.malformed = all.malformed || list.malformed;
		all.truncated = all.truncated || list.truncated;
	}
	return all;
}

void
mail_summary_append_address(struct buffer *out, const struct address *address)
{
	bool has_spec = address->local_part.size > 0 || address->domain.size > 0;

	buffer_append(out, address->display_name);
	if (!has_spec)
		return;
	if (address->display_name.size > 0)
		buffer_append(out, TEXT(" <"));
	address_append_spec(address, out);
	if (address->display_name.size > 0)
		buffer_append_byte(out, '>');
}

bool
mail_summary_date(const struct message *message, struct mail_date *date_out)
{
	struct header_field field;

	return header_find_in_bytes(
		   message_header_block(message), TEXT("Date"), MESSAGE_FIELDS_MAX, &field) &&
	       mail_date_parse(text_slice(field.body, 0, MAIL_SUMMARY_VALUE_MAX), date_out);
}

/* The calendar of the sender's zone, by the days since 0000-03-01 (proleptic Gregorian). */
struct mail_summary_day {
	int64_t year;
	int month, day, hour, minute, second;
};

static struct mail_summary_day
mail_summary_day(struct mail_date date)
{
	int64_t local = date.seconds + date.offset_seconds;
	int64_t days = local >= 0 ? local / 86400 : -((86399 - local) / 86400);
	int64_t rest = local - days * 86400;
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	return (struct mail_summary_day){
	    .year = year + era * 400 + (month >= 10),
	    .month = (int)(month < 10 ? month + 3 : month - 9),
	    .day = (int)(of_year - (153 * month + 2) / 5 + 1),
	    .hour = (int)(rest / 3600),
	    .minute = (int)(rest / 60 % 60),
	    .second = (int)(rest % 60),
	};
}

struct text
mail_summary_format_day(struct mail_date date, char out[MAIL_SUMMARY_DAY_SIZE])
{
	struct mail_summary_day day = mail_summary_day(date);
	int size = snprintf(out, MAIL_SUMMARY_DAY_SIZE, "%04u-%02u-%02u %02u:%02u",
	    (unsigned)(day.year % 10000), (unsigned)day.month % 100, (unsigned)day.day % 100,
	    (unsigned)day.hour % 100, (unsigned)day.minute % 100);

	return (struct text){out, size > 0 ? (size_t)size : 0};
}

struct text
mail_summary_format_rfc3339(struct mail_date date, char out[MAIL_SUMMARY_RFC3339_SIZE])
{
	struct mail_summary_day day = mail_summary_day(date);
	int minutes = abs(date.offset_seconds) / 60;
	char sign = date.offset_seconds < 0 || !date.has_zone ? '-' : '+';
	int size =
	    snprintf(out, MAIL_SUMMARY_RFC3339_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u",
		(unsigned)(day.year % 10000), (unsigned)day.month % 100, (unsigned)day.day % 100,
		(unsigned)day.hour % 100, (unsigned)day.minute % 100, (unsigned)day.second % 100,
		sign, (unsigned)minutes / 60 % 100, (unsigned)minutes % 60);

	return (struct text){out, size > 0 ? (size_t)size : 0};
}
