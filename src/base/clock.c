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

struct text
clock_format_rfc3339(struct timestamp when, char out[CLOCK_RFC3339_SIZE])
{
	time_t seconds = (time_t)when.seconds;
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year > 8099)
		return text_from_string(memcpy(out, "9999-12-31T23:59:59.999Z", 25));
	int length = snprintf(out, CLOCK_RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    (utc.tm_year + 1900) % 10000, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
	    utc.tm_sec, (int)(when.nanoseconds / 1000000) % 1000);
	return (struct text){out, (size_t)length};
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
