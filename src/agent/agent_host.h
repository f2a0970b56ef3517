/*
 * The host that acts: what the rules ask for is done at once, by the back ends of deliver/, and
 * each delivery is written to the delivery log once. One value serves one message.
 */
#ifndef AGENT_AGENT_HOST_H
#define AGENT_AGENT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "agent/partial_delivery.h"
#include "agent/rules_header.h"
#include "agent/rules_lock.h"
#include "agent/rules_log.h"
#include "base/arena.h"
#include "deliver/backend.h"
#include "filter/engine/filter.h"
#include "filter/engine/host.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "record/delivery_log.h"
#include "system/spool.h"
#include "system/user.h"

struct agent_host {
	struct arena *arena;
	const struct agent_request *request;
	const struct settings *settings;
	const struct user *user;
	const struct envelope *envelope;
	const struct message *received; /* the message as it came */
	const struct message *message;  /* as it is now: `xfilter` and `addheader` make a new one */
	struct spool *spool;            /* of `message` */
	struct spool *received_spool;
	struct spool_plan spool_plan; /* where a new one may be kept */
	struct rules_header_versions header_versions;
	struct rules_lock *locks;   /* that the rules hold, the newest first */
	struct database *databases; /* that the rules have open (agent/rules_store.h) */
	struct delivery_log *log;
	struct rules_log rules_log;
	struct variables *imports; /* what `import` finds; NULL until a rule asks */
	struct partial_delivery partial;
	int64_t started; /* clock_monotonic_milliseconds() */
	/* What the last delivery's log line says decided it; the agent sets it for default
	 * deliveries. */
	struct text rules_file;
	struct text undecided; /* the first question of all rules without an answer */
	pid_t process;         /* ours: asked for once */
	unsigned copies;       /* made so far */
	unsigned statements;   /* of the rules, so far */
	bool is_trusted;       /* the rules file that was read last is the administrator's */
};

/* The functions; their `self` is a struct agent_host. */
extern const struct filter_host agent_host_functions;

/* One delivery with its log line: the rules' `to` and `cc`, and the agent's default delivery
 * (variables NULL, place all zero). `action` is the log's word for it. */
struct outcome agent_host_deliver(
    struct agent_host *host, const struct delivery_request *request, const char *action);

/* What a back end needs for this request, for a caller that does not deliver by
 * agent_host_deliver(). */
struct delivery agent_host_delivery(
    struct agent_host *host, const struct delivery_request *request);

/* The log that the settings ask for. Opens nothing yet. `process`: ours, or 0. */
struct delivery_log *agent_host_open_log(
    struct arena *arena, const struct settings *settings, const struct user *user, pid_t process);

/* The settings with what the rules' special variables change. */
const struct settings *agent_host_settings(
    const struct agent_host *host, struct arena *arena, const struct variables *variables);

/* The log lines from now on say so, unless there was one before. */
void agent_host_note_undecided(struct agent_host *host, struct text undecided);

/* A log line for an end without a delivery: discarded, refused, deferred. */
void agent_host_log_end(struct agent_host *host, const struct filter_result *result,
    const char *action, const struct outcome *outcome);

#endif
