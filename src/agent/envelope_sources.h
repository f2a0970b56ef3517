/*
 * Where envelope data comes from, in the order of trust (culver-deliver(1), ENVELOPE): options of
 * the command line; then the environment as Postfix's local(8) and OpenSMTPD set it; then a leading
 * From_ line; then the message's own Return-Path. The first that has a value wins, and an empty
 * sender is a value.
 */
#ifndef AGENT_ENVELOPE_SOURCES_H
#define AGENT_ENVELOPE_SOURCES_H

#include "agent/agent.h"
#include "base/arena.h"
#include "mail/envelope.h"
#include "mail/message.h"

/* Options and environment: all that is known before the message is read. Borrows from the request.
 */
struct envelope envelope_sources_begin(const struct agent_request *request);

/* Takes what the From_ line says where nothing better is known. Returns the length of the line, 0:
 * none. */
size_t envelope_sources_skip_from_line(
    struct envelope *envelope, struct text start, struct arena *arena);

/* Asks the message's Return-Path when there is still no sender. */
void envelope_sources_ask_message(
    struct envelope *envelope, const struct message *message, struct arena *arena);

/* A variable of an environment block; NULL when it is not there. */
const char *envelope_sources_variable(const char *const *environment, const char *name);

#endif
