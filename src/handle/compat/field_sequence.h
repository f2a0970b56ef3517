/*
 * Header fields as formail(1) has them: a list of whole fields, folds and line end included, found by
 * the beginnings of their names. A name ends with its colon, which belongs to it; a From_ line is a field
 * with the name "From ", and so are the lines that begin with ">" behind it. The bytes are borrowed.
 */
#ifndef HANDLE_COMPAT_FIELD_SEQUENCE_H
#define HANDLE_COMPAT_FIELD_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

/* Fields of one header that can be edited; what stands behind them is passed on as it is. */
enum { FIELD_LIST_MAX = 32768 };

struct field_name {
	size_t size;      /* bytes, the colon included */
	bool is_complete; /* it has its colon, or is "From "; else bytes that could begin a name */
};

/* The name that a line begins with. Blanks in front of the colon belong to it. */
struct field_name field_name_parse(struct text line);

struct field {
	struct text bytes; /* with the line end */
	size_t name_size;
	struct text other_name; /* of a field to be renamed: its new name */
};

struct field_list {
	struct field *fields;
	size_t count, capacity;
};

/* Does this line begin with "From "? */
bool field_is_from_line(struct text line);
/* The name, colon included, and what stands behind it, line end included. */
struct text field_get_name(const struct field *field);
struct text field_get_value(const struct field *field);
bool field_is_named(const struct field *field, struct text name);

/*
 * Reads the field at *position of the input and moves behind it. False, nothing moved: there is none, or
 * a From_ line that is not the first. A last line without an end gets one.
 */
bool field_read(struct arena *arena, struct text input, size_t *position, bool is_first,
    struct field *field_out);
/* Moves behind one without keeping it. */
bool field_skip_one(struct text input, size_t *position, bool is_first);
/* Moves behind the fields without keeping them; the number of them. */
size_t field_skip(struct text input, size_t *position);

void field_list_add(struct arena *arena, struct field_list *list, struct field field);
/* Those that are not empty (a removed field has no bytes) keep their order. */
void field_list_compact(struct field_list *list);
/* The first of `list` whose name is the beginning of this one; or NULL. Compared without case. */
const struct field *field_list_match(const struct field_list *list, struct text name);

/* Both, one behind the other. */
struct text field_join(struct arena *arena, struct text start, struct text rest);

/* Blanks in front of the colon go. */
void field_clean(struct arena *arena, struct field *field);
/* Line ends inside become blanks; not in a From_ line. */
void field_unfold(struct arena *arena, struct field *field);
/* Puts `name` in the place of the first `old_size` bytes; of the whole name when it ends with a colon or
 * is "From ". */
void field_rename(struct arena *arena, struct field *field, size_t old_size, struct text name);

#endif
