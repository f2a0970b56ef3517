/*
 * What a file of rule tests works on: the files that it and its rules name, each read once, and the
 * message that a test builds.
 */
#ifndef REHEARSE_RULE_TEST_MATERIAL_H
#define REHEARSE_RULE_TEST_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "rehearse/rule_test_file.h"

enum { RULE_TEST_MATERIAL_MAX = 64 * 1024 * 1024 }; /* bytes of one file, and of a message */

struct rule_test_material {
	struct arena *arena;
	/* Of the test file, with a slash at its end; empty: the current one. */
	struct text directory;
	struct table files; /* path -> struct text * */
};

void rule_test_material_init(
    struct rule_test_material *material, struct arena *arena, struct text test_file);

/* The part of a path up to its last slash, that included. */
struct text rule_test_material_directory(struct text path);
/* The path of a name in the test file, which is relative to that. */
struct text rule_test_material_path(
    struct rule_test_material *material, struct arena *arena, struct text name);
/* The bytes of a file, kept for the next who asks. */
bool rule_test_material_read(struct rule_test_material *material, struct text path,
    struct text *bytes_out, struct error *error);
/* The bytes of a test's own, or those of the file that it names. */
bool rule_test_material_source(struct rule_test_material *material,
    const struct rule_test_source *source, struct text *bytes_out, struct error *error);

/*
 * The message that the lines give: the last `message`, or the built-in one; its header without the
 * fields that `header` and `without` name, then those of `header`; the last `body` in place of its
 * own. Without such lines the bytes are those of the message to the last.
 */
bool rule_test_material_message(struct rule_test_material *material, struct arena *arena,
    const struct rule_test_given *const *given, size_t count, struct text *bytes_out,
    struct error *error);

#endif
