/*
 * Discarding, because a rule said so: the destination /dev/null. Nothing is opened, nothing is
 * touched.
 */
#include "deliver/backend.h"

static struct outcome
discard_deliver(struct delivery *delivery)
{
	delivery->final_place = TEXT("/dev/null");
	return outcome_done("discarded");
}

const struct backend discard_backend = {
    .name = "discard",
    .privilege = PRIVILEGE_NONE,
    .deliver = discard_deliver,
};
