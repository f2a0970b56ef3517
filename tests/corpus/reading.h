/*
 * What the library sees of a message, fact by fact in words, as the reading cases (corpus_case.h) ask for
 * them: lists item by item, "none" where there is nothing, "yes" and "no".
 */
#ifndef TESTS_CORPUS_READING_H
#define TESTS_CORPUS_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/message.h"
#include "mail/mime_tree.h"

enum { READING_TEXT_MAX = 64 << 20 };

struct reading {
	struct arena *arena;
	const struct message *message;
	struct mime_tree tree;
};

struct reading reading_new(struct arena *arena, struct text bytes);

/*
 * The fact that the word and its argument name; `nth` counts from 0 where there is a list. False: the word
 * is unknown, or there is no such part.
 */
bool reading_answer(const struct reading *reading, struct text word, struct text argument,
    size_t nth, struct text *answer_out);

/* Is the word a list, whose end has to be asked for, too? */
bool reading_is_list(struct text word);

/* "multipart/mixed(text/plain,image/png)" */
struct text reading_tree(struct arena *arena, const struct mime_tree *tree);
/* The first field of that name, unfolded and decoded; empty: none. */
struct text reading_field(const struct reading *reading, struct text name);
/* The decoded bytes of a part: its transfer encoding only. */
struct text reading_decoded(const struct reading *reading, const struct mime_part *part);
/* The address of that number in the first field of that name: "Name | local | domain"; "none". */
struct text reading_address(const struct reading *reading, struct text field, size_t number);

#endif
