/*
 * A set of bytes: what one place of a pattern can match.
 */
#ifndef FILTER_ENGINE_BYTE_SET_H
#define FILTER_ENGINE_BYTE_SET_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: the empty set. */
struct byte_set {
	uint64_t words[4];
};

bool byte_set_has(const struct byte_set *set, unsigned char byte);
/* Each byte from the first to the last, both included. */
void byte_set_add(struct byte_set *set, unsigned first, unsigned last);
void byte_set_invert(struct byte_set *set);
void byte_set_unite(struct byte_set *set, const struct byte_set *other);
/* Letters of one case in the set bring those of the other. */
void byte_set_fold(struct byte_set *set);

#endif
