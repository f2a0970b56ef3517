/*
 * New header fields (RFC 5322, 2047, 2231, 6532) from values of any origin. What is appended is one
 * field and stays one: control characters become blanks, no line is longer than 998 bytes (78 where
 * the value has blanks), text outside of ASCII becomes encoded words.
 */
#ifndef MAIL_COMPOSE_FIELD_H
#define MAIL_COMPOSE_FIELD_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum {
	COMPOSE_SPEC_MAX = 512, /* bytes of local@domain; RFC 5321 has 320 */
	COMPOSE_ADDRESSES_MAX = 1000,
};

/* Appends "Name: value" for an unstructured value in UTF-8 (Subject, Comments). `name` is
 * header_edit_is_name(). False: it does not fit. */
bool compose_field_append(
    struct text name, struct text value, struct text line_end, struct buffer *out);

/*
 * Appends "Name: addresses" for addresses as people type them: "Jörg <j@x.test>, b@y.test",
 * "Friends: a@x.test, b@y.test;". False: what stands there is no list of addresses (ERROR_INPUT), or
 * does not fit (ERROR_LIMIT).
 */
bool compose_field_append_addresses(struct text name, struct text value, struct text line_end,
    struct buffer *out, struct error *error);

/*
 * Appends header fields that somebody wrote, whole lines: what is valid stays byte for byte, the line
 * ends aside; a field that is not is composed anew from its value. False: a line is no field
 * (ERROR_INPUT), or it does not fit (ERROR_LIMIT).
 */
bool compose_field_append_written(
    struct text fields, struct text line_end, struct buffer *out, struct error *error);

/* Appends an address "Name <local@domain>", or the bare one without a name, for the body of a field:
 * the name encoded or quoted, its lines folded by LF and a blank. False, with nothing appended, when
 * compose_field_is_spec() says no, or when it does not fit. */
bool compose_field_append_address(struct text display_name, struct text spec, struct buffer *out);

/* May it stand as local@domain in a header and in an SMTP dialogue? One '@' outside of quotes with
 * something around it, no blanks outside of quotes, no control characters, valid UTF-8. */
bool compose_field_is_spec(struct text spec);

/* Appends "; name=value" on a line of its own, the value (UTF-8) quoted, or as RFC 2231 where it is
 * not ASCII or too long. Control characters become "_". */
void compose_field_append_parameter(
    struct text name, struct text value, struct text line_end, struct buffer *out);

#endif
