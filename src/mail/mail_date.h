/*
 * Dates of mail (RFC 5322, sections 3.3 and 4.3): "Sat, 21 Nov 2026 21:48:00 +0100".
 *
 * Read besides the current syntax: no weekday, no seconds, comments, two- and three-digit years,
 * zones by name. Tolerated (doc/tolerance.md): a wrong or long weekday, a missing comma, '-'
 * between day, month and year, the order of asctime ("Sat Nov 21 21:48:00 2026"), a zone with a
 * colon, "GMT+0100", no zone (taken as UTC), words behind the zone.
 */
#ifndef MAIL_MAIL_DATE_H
#define MAIL_MAIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct mail_date {
	int64_t seconds;        /* since 1970-01-01 00:00:00 UTC */
	int32_t offset_seconds; /* of the sender's zone, east of UTC is positive */
	/* False: "-0000", a zone nobody knows, or none; the time was read as UTC. */
	bool has_zone;
};

/* False for what is not a date or names a day or time that does not exist. Second 60 is the next
 * minute's 0. */
bool mail_date_parse(struct text body, struct mail_date *date_out);

enum { MAIL_DATE_SIZE = 48 };
/* "Sat, 21 Nov 2026 21:48:00 +0100"; "-0000" without a zone. For the years 0 to 9999. */
struct text mail_date_format(struct mail_date date, char out[MAIL_DATE_SIZE]);

#endif
