/*
 * The data bases of rules: stores (record/keyed_store.h) that belong to the user, named relative to
 * the current directory as the language has it.
 */
#ifndef AGENT_RULES_STORE_H
#define AGENT_RULES_STORE_H

#include "filter/engine/database_host.h"

/* Their `self` is a struct agent_host. */
extern const struct database_host rules_store_functions;

#endif
