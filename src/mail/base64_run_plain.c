/*
 * Where no wide registers are known: nothing is taken here, and transfer_encoding.c does all with its
 * tables.
 */
#include "mail/base64_run.h"

void
base64_run_take(struct base64_run *run)
{
	(void)run;
}
