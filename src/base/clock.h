/*
 * Wall-clock and elapsed time as values.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/text.h"

struct timestamp {
	int64_t seconds; /* since 1970-01-01 00:00:00 UTC */
	int32_t nanoseconds;
};

struct timestamp clock_now(void);
/* Milliseconds on a clock that nobody sets; only differences mean something. */
int64_t clock_monotonic_milliseconds(void);
/* The processor time of this process, in nanoseconds. */
uint64_t clock_processor_nanoseconds(void);

enum { CLOCK_RFC3339_SIZE = 32, CLOCK_ASCTIME_SIZE = 26 };
/* "2026-11-21T21:48:00.123Z" (RFC 3339, UTC). */
struct text clock_format_rfc3339(struct timestamp when, char out[CLOCK_RFC3339_SIZE]);
/* "Sat Nov 21 21:48:00 2026": the date of an mbox From_ line, in local time as the field has it,
 * English names. */
struct text clock_format_asctime(struct timestamp when, char out[CLOCK_ASCTIME_SIZE]);

#endif
