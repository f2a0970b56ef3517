/*
 * The data bases of rules: stores (record/keyed_store.h) that belong to the user, named relative to
 * the current directory as the language has it.
 */
#ifndef AGENT_RULES_STORE_H
#define AGENT_RULES_STORE_H

#include "agent/agent_host.h"

/* As struct filter_host has them. */
struct database *rules_store_open(
    void *self, struct text name, enum database_mode mode, struct error *error);
bool rules_store_fetch(struct database *database, struct text key, struct arena *arena,
    bool *found_out, struct text *value_out, struct error *error);
bool rules_store_put(
    struct database *database, struct text key, struct text value, struct error *error);
void rules_store_close(void *self, struct database *database);

#endif
