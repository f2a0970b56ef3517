/*
 * What a person wants to know of a message first: who, to whom, about what, when; decoded, each on one
 * line. From the header alone; what costs more is asked for elsewhere. Bounded: the first
 * MAIL_SUMMARY_VALUE_MAX bytes of a field count.
 */
#ifndef HANDLE_MAIL_SUMMARY_H
#define HANDLE_MAIL_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/mail_date.h"
#include "mail/message.h"

enum { MAIL_SUMMARY_VALUE_MAX = 65536 };

/* The first field of that name, unfolded and decoded: valid UTF-8, any characters. Empty: there is none,
 * or nothing in it. */
struct text mail_summary_field(
    struct arena *arena, const struct message *message, struct text name);
/* The addresses of all fields of that name; names are decoded, domains as they were written. */
struct address_list mail_summary_addresses(
    struct arena *arena, const struct message *message, struct text name);
/* "Name <local@domain>"; what has no address is its name. */
void mail_summary_append_address(struct buffer *out, const struct address *address);
/* False: there is no usable Date. */
bool mail_summary_date(const struct message *message, struct mail_date *date_out);
/* "2026-11-21 21:48" in the sender's zone; "-" as wide for what is no date. */
enum { MAIL_SUMMARY_DAY_SIZE = 17 };
struct text mail_summary_format_day(struct mail_date date, char out[MAIL_SUMMARY_DAY_SIZE]);
/* "2026-11-21T21:48:00+01:00" (RFC 3339; "-00:00" without a zone). */
enum { MAIL_SUMMARY_RFC3339_SIZE = 32 };
struct text mail_summary_format_rfc3339(struct mail_date date, char out[MAIL_SUMMARY_RFC3339_SIZE]);

#endif
