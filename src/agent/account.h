/*
 * For whom mail is delivered or rules are tried: the account that the request names, or the
 * caller's; and becoming that user.
 */
#ifndef AGENT_ACCOUNT_H
#define AGENT_ACCOUNT_H

#include "agent/agent.h"
#include "base/arena.h"
#include "mail/outcome.h"
#include "system/user.h"

/* DONE: *user_out is who the process is from now on. "Never": there is no such user. */
struct outcome account_become(
    struct arena *arena, const struct agent_request *request, struct user *user_out);
/* Delivery and embedded mode work in a home that can be trusted. */
struct outcome account_check_home(
    struct arena *arena, const struct agent_request *request, const struct user *user);

#endif
