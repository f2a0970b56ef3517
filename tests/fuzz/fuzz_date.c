/*
 * Any bytes as a date. Checked: a date that is read is written and read back as the same moment.
 */
#include <stdint.h>

#include "base/bug.h"
#include "mail/mail_date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = {(const char *)data, size};
	struct mail_date date, again;
	char out[MAIL_DATE_SIZE];

	if (!mail_date_parse(body, &date))
		return 0;
	int64_t local = date.seconds + date.offset_seconds;
	REQUIRE(date.offset_seconds % 60 == 0);
	REQUIRE(date.has_zone || date.offset_seconds == 0);
	REQUIRE(local >= -62167219200 && local <= 253402300800);
	/* 9999-12-31 23:59:60 is the first second of a year that cannot be written. */
	if (local == 253402300800)
		return 0;
	REQUIRE(mail_date_parse(mail_date_format(date, out), &again));
	REQUIRE(again.seconds == date.seconds && again.offset_seconds == date.offset_seconds);
	REQUIRE(again.has_zone == date.has_zone);
	return 0;
}
