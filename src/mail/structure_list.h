/*
 * The list of problems that mail/structure_check.h makes, while it is made: what its parts add to. Only
 * the first STRUCTURE_PROBLEMS_MAX are kept; when only the facts are wanted, none is.
 */
#ifndef MAIL_STRUCTURE_LIST_H
#define MAIL_STRUCTURE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"
#include "mail/structure_check.h"

struct structure_list {
	struct arena *arena;
	struct text bytes; /* the message: where places lie in */
	struct mime_limits limits;
	bool is_kept; /* false: only the facts */
	struct structure_report report;
	size_t capacity;
};

/* `place` points into the bytes; the sentence may name no more than what is safe to show. */
void structure_list_add(struct structure_list *list, enum structure_weight weight, const char *word,
    const struct mime_part *part, const char *place, const char *sentence, ...)
    __attribute__((format(printf, 6, 7)));

/* Puts the problems in the order of their places and numbers their lines. */
void structure_list_finish(struct structure_list *list);

#endif
