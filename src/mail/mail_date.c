/*
 * Reading dates by words and numbers, independent of locale and time zone; see mail_date.h. A date
 * is a sequence of tokens (runs of letters, runs of digits, single signs) between which blanks and
 * comments mean nothing.
 */
#include "mail/mail_date.h"

#include <stdio.h>

#include "mail/header.h"

enum { DATE_DIGITS_MAX = 9 };

enum date_token { DATE_END, DATE_WORD, DATE_NUMBER, DATE_SIGN };

struct date_reader {
	struct text rest;
	enum date_token token; /* the one at hand */
	struct text text;      /* its bytes */
	int32_t number; /* of a DATE_NUMBER; -1 when it has more than DATE_DIGITS_MAX digits */
};

struct date_fields {
	int32_t year, month, day, hour, minute, second; /* month 1 to 12 */
};

static const char date_months[][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char date_days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static void
date_read(struct date_reader *reader)
{
	struct text rest =
	    text_slice(reader->rest, header_skip_blanks(reader->rest, 0), reader->rest.size);
	size_t size = 0;

	reader->number = 0;
	if (rest.size == 0) {
		reader->token = DATE_END;
	} else if (text_is_digit(rest.data[0])) {
		reader->token = DATE_NUMBER;
		for (; size < rest.size && text_is_digit(rest.data[size]); size++)
			reader->number = size < DATE_DIGITS_MAX
					     ? reader->number * 10 + (rest.data[size] - '0')
					     : -1;
	} else if (text_is_alpha(rest.data[0])) {
		reader->token = DATE_WORD;
		while (size < rest.size && text_is_alpha(rest.data[size]))
			size++;
	} else {
		reader->token = DATE_SIGN;
		size = 1;
	}
	reader->text = text_slice(rest, 0, size);
	reader->rest = text_slice(rest, size, rest.size);
}

static bool
date_is_sign(const struct date_reader *reader, char sign)
{
	return reader->token == DATE_SIGN && reader->text.data[0] == sign;
}

static void
date_skip_sign(struct date_reader *reader, char sign)
{
	if (date_is_sign(reader, sign))
		date_read(reader);
}

/* Takes a number of at most `digits` digits. */
static bool
date_take_number(struct date_reader *reader, size_t digits, int32_t *number_out)
{
	if (reader->token != DATE_NUMBER || reader->text.size > digits)
		return false;
	*number_out = reader->number;
	date_read(reader);
	return true;
}

/* tolerance: date-long-names: "November" and "Sept" are known by their first three letters. */
static bool
date_take_month(struct date_reader *reader, int32_t *month_out)
{
	if (reader->token != DATE_WORD)
		return false;
	for (int32_t i = 0; i < 12; i++) {
		if (text_has_prefix_nocase(reader->text, text_from_string(date_months[i]))) {
			*month_out = i + 1;
			date_read(reader);
			return true;
		}
	}
	return false;
}

/* RFC 5322, section 4.3: 00 to 49 are of this century, other short years count from 1900. */
static bool
date_take_year(struct date_reader *reader, int32_t *year_out)
{
	size_t digits = reader->text.size;

	if (!date_take_number(reader, 4, year_out) || digits < 2)
		return false;
	if (digits == 2 && *year_out < 50)
		*year_out += 2000;
	else if (digits < 4)
		*year_out += 1900;
	return true;
}

static bool
date_take_time(struct date_reader *reader, struct date_fields *fields)
{
	if (!date_take_number(reader, 2, &fields->hour) || !date_is_sign(reader, ':'))
		return false;
	date_read(reader);
	if (!date_take_number(reader, 2, &fields->minute))
		return false;
	if (!date_is_sign(reader, ':'))
		return true;
	date_read(reader);
	return date_take_number(reader, 2, &fields->second);
}

/* The digits behind a sign: hhmm, or hh:mm. */
static bool
date_take_zone_digits(struct date_reader *reader, int32_t *minutes_out)
{
	size_t digits = reader->text.size;
	int32_t hours, minutes;

	if (!date_take_number(reader, 4, &hours) || (digits != 4 && digits != 2))
		return false;
	minutes = hours % 100;
	if (digits == 4)
		hours /= 100;
	else if (!date_is_sign(reader, ':'))
		return false;
	if (digits == 2) {
		date_read(reader);
		if (!date_take_number(reader, 2, &minutes))
			return false;
	}
	*minutes_out = hours * 60 + minutes;
	return minutes < 60;
}

/* The obsolete names of RFC 5322, section 4.3; military letters and names nobody knows are "-0000".
 */
static bool
date_find_zone(struct text name, int32_t *minutes_out)
{
	static const struct {
		char name[4];
		int32_t hours;
	} zones[] = {{"UT", 0}, {"GMT", 0}, {"UTC", 0}, {"Z", 0}, {"EST", -5}, {"EDT", -4},
	    {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (text_is_equal_nocase(name, text_from_string(zones[i].name))) {
			*minutes_out = zones[i].hours * 60;
			return true;
		}
	}
	return false;
}

/* A zone is never a reason to refuse a date (tolerance: date-zone): what cannot be read is unknown.
 */
static void
date_take_zone(struct date_reader *reader, struct mail_date *date)
{
	int32_t minutes = 0;

	if (reader->token == DATE_WORD) {
		date->has_zone = date_find_zone(reader->text, &minutes);
		date_read(reader);
		date->offset_seconds = minutes * 60;
	}
	bool is_west = date_is_sign(reader, '-');
	if (!is_west && !date_is_sign(reader, '+'))
		return;
	date_read(reader);
	if (!date_take_zone_digits(reader, &minutes))
		return;
	date->has_zone = !is_west || minutes != 0;
	date->offset_seconds = (is_west ? -minutes : minutes) * 60;
}

static bool
date_is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool
date_is_real(const struct date_fields *fields)
{
	static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t length =
	    lengths[fields->month - 1] + (fields->month == 2 && date_is_leap(fields->year));

	return fields->day >= 1 && fields->day <= length && fields->hour < 24 &&
	       fields->minute < 60 && fields->second <= 60;
}

/* Days from 1970-01-01 to the first of January of the year. */
static int64_t
date_days_before_year(int64_t year)
{
	int64_t past = year - 1;

	/* 719162 days lie between 0001-01-01 and 1970-01-01; year 0 is a leap year. */
	return past < 0 ? -719162 - 366 : past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

static int32_t
date_days_before_month(int32_t year, int32_t month)
{
	static const int32_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

	return days[month - 1] + (month > 2 && date_is_leap(year));
}

static bool
date_take_fields(struct date_reader *reader, struct date_fields *fields, struct mail_date *date)
{
	bool is_asctime = reader->token == DATE_WORD;

	if (is_asctime) { /* tolerance: date-asctime */
		if (!date_take_month(reader, &fields->month) ||
		    !date_take_number(reader, 2, &fields->day))
			return false;
		date_skip_sign(reader, ',');
		if (!date_take_time(reader, fields))
			return false;
		if (reader->token != DATE_NUMBER)
			date_take_zone(reader, date);
		return date_take_year(reader, &fields->year);
	}
	if (!date_take_number(reader, 2, &fields->day))
		return false;
	date_skip_sign(reader, '-');
	if (!date_take_month(reader, &fields->month))
		return false;
	date_skip_sign(reader, '.');
	date_skip_sign(reader, '-');
	return date_take_year(reader, &fields->year) && date_take_time(reader, fields);
}

bool
mail_date_parse(struct text body, struct mail_date *date_out)
{
	struct date_reader reader = {.rest = body};
	struct date_fields fields = {0};
	struct mail_date date = {0};
	int32_t month;

	date_read(&reader);
	struct date_reader ahead = reader;
	/* A weekday is a word that is not a month; what day it names is not believed. */
	if (reader.token == DATE_WORD && !date_take_month(&ahead, &month)) {
		date_read(&reader);
		date_skip_sign(&reader, '.');
		date_skip_sign(&reader, ',');
	}
	if (!date_take_fields(&reader, &fields, &date) || !date_is_real(&fields))
		return false;
	if (reader.token != DATE_END)
		date_take_zone(&reader, &date);
	int64_t days = date_days_before_year(fields.year) +
		       date_days_before_month(fields.year, fields.month) + fields.day - 1;
	date.seconds = days * 86400 + fields.hour * 3600 + fields.minute * 60 + fields.second -
		       date.offset_seconds;
	*date_out = date;
	return true;
}

struct text
mail_date_format(struct mail_date date, char out[MAIL_DATE_SIZE])
{
	int64_t local = date.seconds + date.offset_seconds;
	int64_t days = local / 86400 - (local % 86400 < 0);
	int32_t second = (int32_t)(local - days * 86400);
	int32_t weekday = (int32_t)(((days + 4) % 7 + 7) % 7);
	int32_t year = (int32_t)(1970 + days / 366), month = 12;
	int32_t minutes = date.offset_seconds / 60;
	char sign = minutes < 0 || !date.has_zone ? '-' : '+';

	while (days < date_days_before_year(year))
		year--;
	while (days >= date_days_before_year((int64_t)year + 1))
		year++;
	days -= date_days_before_year(year);
	while (days < date_days_before_month(year, month))
		month--;
	minutes = minutes < 0 ? -minutes : minutes;
	int length = snprintf(out, MAIL_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d",
	    date_days[weekday], (int)(days - date_days_before_month(year, month)) + 1,
	    date_months[month - 1], year, second / 3600, second / 60 % 60, second % 60, sign,
	    minutes / 60 % 100, minutes % 60);
	return (struct text){out, length < MAIL_DATE_SIZE ? (size_t)length : MAIL_DATE_SIZE - 1};
}
