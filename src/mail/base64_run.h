/*
 * Well-formed base64 (RFC 4648, section 4) at the processor's speed: whole quanta of four digits and the
 * line ends between them, as long as there is nothing else. What is left in front of the input then
 * (padding, noise, a cut quantum, the last few bytes) is for mail/transfer_encoding.c.
 *
 * One implementation is built: base64_run_avx2.c where the compiler and the C library know that
 * processor (it is asked for when the program runs), else base64_run_plain.c.
 */
#ifndef MAIL_BASE64_RUN_H
#define MAIL_BASE64_RUN_H

#include <stddef.h>

struct base64_run {
	const unsigned char *in, *in_end;
	unsigned char *out, *out_end; /* room: bytes up to out_end may be touched */
};

/* Moves `in` and `out` behind what was read and written; may do nothing. */
void base64_run_take(struct base64_run *run);

#endif
