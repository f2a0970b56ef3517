/*
 * culver mail show: what a message is, at a glance: who, to whom, about what, when, its warnings, its parts
 * drawn as a tree, the beginning of its text; of many messages a line each; or all facts as JSON.
 */
#ifndef HANDLE_SHOW_H
#define HANDLE_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"
#include "filter/engine/attachment/sniff.h"
#include "handle/mail_output.h"
#include "handle/mail_source.h"
#include "handle/part_nodes.h"

enum show_form {
	SHOW_AUTOMATIC, /* a line each where an mbox or a Maildir has several messages; else all */
	SHOW_FULL,
	SHOW_LINE,
	SHOW_JSON,
};

struct show_request {
	struct mail_source *source;
	struct mail_output *output;
	enum show_form form;
	bool detects;      /* types, by libmagic */
	bool with_members; /* of archives */
	bool is_quiet;
	size_t text_lines;
};

/* A message in one of the long forms. */
struct show_view {
	const struct show_request *request;
	struct arena *arena; /* of the message */
	const struct mail_item *item;
	struct sniffer *sniffer;
	bool *no_types; /* libmagic cannot be used: said once */
};

/* EX_OK, or EX_NOINPUT when a source could not be read or there was no message at all. */
int show_run(const struct show_request *request);

/* The detected type of a leaf; empty: not asked for, or no answer, which is said once. */
struct text show_view_type(
    const struct show_view *view, const struct part_nodes *nodes, const struct part_node *node);
/* Says on standard error, once, why archives were not looked into. */
void show_view_complain_of_members(const struct show_view *view, const struct part_nodes *nodes);

void show_full(const struct show_view *view);
void show_json(const struct show_view *view);
/* One part as an object; only `output` and `detects` of the request count. */
void show_json_part(const struct show_view *view, const struct part_nodes *nodes,
    const struct part_node *node, struct json_writer *json);

#endif
