/*
 * Time; see clock.h.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"

struct timestamp
clock_now(void)
{
	struct timespec now;

	REQUIRE(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (struct timestamp){now.tv_sec, (int32_t)now.tv_nsec};
}

int64_t
clock_monotonic_milliseconds(void)
{
	struct timespec now;

	REQUIRE(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t
clock_processor_nanoseconds(void)
{
	struct timespec used;

	REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
	return (uint64_t)used.tv_sec * UINT64_C(1000000000) + (uint64_t)used.tv_nsec;
}

/* Writes the number with leading zeros to `width` places; returns the place behind it. */
static char *
clock_write_digits(char *place, unsigned width, unsigned number)
{
	for (unsigned i = width; i > 0; i--) {
		place[i - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	return place + width;
}

/* The day of the Gregorian calendar, counted from 0001-01-01 as day 0. */
static void
clock_find_date(unsigned day, unsigned *year_out, unsigned *month_out, unsigned *day_out)
{
	static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	enum { DAYS_400 = 146097, DAYS_100 = 36524, DAYS_4 = 1461, DAYS_1 = 365 };
	unsigned year = day / DAYS_400 * 400, month = 0;

	day %= DAYS_400;
	/* The last of four centuries, and the last of four years, is a day longer. */
	unsigned centuries = day / DAYS_100 == 4 ? 3 : day / DAYS_100;
	day -= centuries * DAYS_100;
	year += centuries * 100 + day / DAYS_4 * 4;
	day %= DAYS_4;
	unsigned years = day / DAYS_1 == 4 ? 3 : day / DAYS_1;
	day -= years * DAYS_1;
	year += years + 1;
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	while (day >= lengths[month] + (month == 1 ? is_leap : 0u)) {
		day -= lengths[month] + (month == 1 ? is_leap : 0u);
		month++;
	}
	*year_out = year;
	*month_out = month + 1;
	*day_out = day + 1;
}

/* Not gmtime_r(), which reads the time zone's file even though UTC has none. */
struct text
clock_format_rfc3339(struct timestamp when, char out[CLOCK_RFC3339_SIZE])
{
	static const char last[] = "9999-12-31T23:59:59.999Z";
	const int64_t year_1 = -62135596800, year_10000 = 253402300800;
	unsigned year, month, day;

	if (when.seconds < year_1 || when.seconds >= year_10000)
		return text_from_string(memcpy(out, last, sizeof last));
	uint64_t seconds = (uint64_t)(when.seconds - year_1);
	unsigned second = (unsigned)(seconds % 86400);
	clock_find_date((unsigned)(seconds / 86400), &year, &month, &day);
	char *place = clock_write_digits(out, 4, year);
	*place++ = '-';
	place = clock_write_digits(place, 2, month);
	*place++ = '-';
	place = clock_write_digits(place, 2, day);
	*place++ = 'T';
	place = clock_write_digits(place, 2, second / 3600);
	*place++ = ':';
	place = clock_write_digits(place, 2, second / 60 % 60);
	*place++ = ':';
	place = clock_write_digits(place, 2, second % 60);
	*place++ = '.';
	place = clock_write_digits(place, 3, (unsigned)when.nanoseconds / 1000000 % 1000);
	*place++ = 'Z';
	*place = '\0';
	return (struct text){out, (size_t)(place - out)};
}

struct text
clock_format_asctime(struct timestamp when, char out[CLOCK_ASCTIME_SIZE])
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)when.seconds;
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL || local.tm_year > 8099 || local.tm_year < 0)
		return text_from_string(memcpy(out, "Thu Jan  1 00:00:00 1970", 25));
	int length = snprintf(out, CLOCK_ASCTIME_SIZE, "%s %s %2d %02d:%02d:%02d %04d",
	    days[local.tm_wday % 7], months[local.tm_mon % 12], local.tm_mday % 100,
	    local.tm_hour % 100, local.tm_min % 100, local.tm_sec % 100,
	    (local.tm_year + 1900) % 10000);
	return (struct text){out, (size_t)length};
}
