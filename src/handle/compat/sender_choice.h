/*
 * Whom a message came from, as formail(1) finds it out: every field that may name the sender has a weight,
 * addresses that look less usable lose some of it, and the heaviest wins. For From_ lines that are missing
 * and for replies in the style of formail; culver mail reply asks mail/auto_reply.h instead.
 */
#ifndef HANDLE_COMPAT_SENDER_CHOICE_H
#define HANDLE_COMPAT_SENDER_CHOICE_H

#include "base/arena.h"
#include "base/text.h"
#include "handle/compat/field_sequence.h"

enum sender_choice_rule {
	SENDER_CHOICE_ENVELOPE, /* who sent it on its way: for a From_ line, and for robots' replies */
	SENDER_CHOICE_HEADER, /* who wants the reply (formail -rt) */
	SENDER_CHOICE_RESENT, /* the same, Resent- fields first (formail -rt -a Resent-) */
};

/* The address without its comments and blanks; "<>" when Return-Path is empty; an empty text: none. */
struct text sender_choice_find(
    struct arena *arena, const struct field_list *fields, enum sender_choice_rule rule);

/*
 * The first address of a field's value, as it can stand in a To field: comments, names and blanks left
 * out, quoted words and groups kept.
 */
struct text sender_choice_first_address(struct arena *arena, struct text value);

#endif
