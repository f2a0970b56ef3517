/*
 * Writing JSON (RFC 8259) into a buffer, without allocation of its own. Commas are placed by the
 * writer. Bytes that are not valid UTF-8 become U+FFFD, so that every line stays valid JSON
 * whatever a message holds. When the buffer is full the rest is dropped and buffer_is_overfull()
 * says so.
 *
 *	struct json_writer json;
 *	json_init(&json, &buffer);
 *	json_begin_object(&json);
 *	json_member_text(&json, "action", TEXT("deliver"));
 *	json_end_object(&json);
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

struct json_writer {
	struct buffer *buffer;
	bool need_comma;
};

void json_init(struct json_writer *json, struct buffer *buffer);
void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

/* Values; inside an object each follows a json_name(), whose name is a plain word of ours: it is
 * not escaped. */
void json_name(struct json_writer *json, const char *name);
void json_text(struct json_writer *json, struct text value);
void json_integer(struct json_writer *json, int64_t value);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/* Name and value in one call. */
void json_member_text(struct json_writer *json, const char *name, struct text value);
void json_member_integer(struct json_writer *json, const char *name, int64_t value);
void json_member_bool(struct json_writer *json, const char *name, bool value);
void json_member_null(struct json_writer *json, const char *name);

#endif
