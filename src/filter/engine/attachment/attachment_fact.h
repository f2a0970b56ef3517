/*
 * What rules may ask of an attachment, `attachment(name)`: the words, and what kind of value each
 * has. mailfilter(5), ATTACHMENTS, tells them; how they are answered is attachment_value.h.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_FACT_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_FACT_H

#include <stdbool.h>

#include "base/text.h"

enum attachment_fact {
	ATTACHMENT_FACT_NAME,
	ATTACHMENT_FACT_TYPE, /* detected */
	ATTACHMENT_FACT_DECLARED,
	ATTACHMENT_FACT_EXTENSION,
	ATTACHMENT_FACT_CLASS,
	ATTACHMENT_FACT_MEMBER,      /* names in the archive, all depths */
	ATTACHMENT_FACT_MEMBER_TYPE, /* their detected types */
	ATTACHMENT_FACT_SIZE,
	ATTACHMENT_FACT_DEPTH,
	ATTACHMENT_FACT_COUNT, /* how many there are; in a loop, which one this is */
	ATTACHMENT_FACT_MISMATCH,
	ATTACHMENT_FACT_ENCRYPTED,
	ATTACHMENT_FACT_DAMAGED,
	ATTACHMENT_FACT_TRUNCATED,
	ATTACHMENT_FACTS, /* how many there are */
};

enum attachment_fact_kind {
	ATTACHMENT_FACT_TEXT,
	ATTACHMENT_FACT_NUMBER,
	ATTACHMENT_FACT_TRUTH, /* asked without a comparison */
};

/* All words, for an error: "name, type, ...". */
extern const char attachment_fact_names[];
/* False: there is no such word. */
bool attachment_fact_find(struct text word, enum attachment_fact *fact_out);
/* The word that somebody meant who wrote another one; empty: nobody knows. */
struct text attachment_fact_guess(struct text word);
struct text attachment_fact_word(enum attachment_fact fact);
enum attachment_fact_kind attachment_fact_kind(enum attachment_fact fact);
/* An attachment may have several values of it. */
bool attachment_fact_is_many(enum attachment_fact fact);

#endif
