/*
 * What rules ask of attachments: the value of attachment(fact), and its matches and comparisons, which
 * are true when they are for any attachment. Inside of `foreach attachment` the current one alone is
 * meant. The list of attachments is made by the first question, and again when the message is another.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_VALUE_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_VALUE_H

#include "filter/engine/attachment/attachment.h"
#include "filter/engine/attachment/attachment_fact.h"
#include "filter/engine/evaluate.h"

struct attachment_edit; /* attachment_action.h */

/* What a run knows of the attachments of its message. */
struct attachment_watch {
	struct sniffer *sniffer;
	struct arena arena;            /* of the list */
	struct attachment_list *list;  /* NULL: none so far */
	const struct message *message; /* that it is of */
	bool is_stale;                 /* the message is another one by now */
	struct text why;               /* of the last mismatch */
	/* `foreach attachment`: */
	bool is_loop;
	size_t
	    position; /* of the current one in the list as it was at the loop's beginning, from 0 */
	size_t count; /* so many there were; 0: not known */
	struct attachment *current; /* NULL: it is no longer in the message */
	/* Numbers, as at the loop's beginning, of what is no longer in the message; those of edits that
	 * wait are not among them. */
	size_t *gone;
	size_t gone_count, gone_capacity;
	struct arena loop_arena;
	/* Edits that wait (attachment_action.h), in the order of their parts. */
	struct attachment_edit *edits;
	size_t edit_count, edit_capacity;
	unsigned rounds; /* so often edits were made */
	struct arena edit_arena;
};

/* Makes the list for the message as it is. False: evaluator->error is set, with its place. */
bool attachment_value_open(struct evaluator *evaluator, uint32_t offset);
/* The message is another one from now on. */
void attachment_value_renew(struct evaluator *evaluator);
/* Gives all back. */
void attachment_value_close(struct evaluator *evaluator);

/* attachment(fact): of the current attachment or the first; for what is asked without a comparison,
 * whether it is true of any. Without an attachment empty, and 0. */
bool attachment_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);
/* EXPRESSION_ATTACHMENTS */
bool attachment_value_test(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
