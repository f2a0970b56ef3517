/*
 * Named fault points. Each durable step of a delivery asks here first; in the shipped programs the
 * answer is always "no" (fault.c). The test build links tests/support/fault_requested.c instead,
 * which reads the request from the environment, makes the named point fail with an errno or kill
 * the process, and reports at exit a requested point that was not reached.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/* true: pretend that the step failed; errno is set. */
bool fault_is_requested(const char *point);

#endif
