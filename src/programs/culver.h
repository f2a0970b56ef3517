/*
 * The commands of culver(1), one file each (culver_NAME.c): options, and one call of the module
 * that does the work. Each gets its own arguments, its name first, and returns the exit status.
 */
#ifndef PROGRAMS_CULVER_H
#define PROGRAMS_CULVER_H

#include <stdbool.h>

#include "base/text.h"

int culver_check(int count, char **arguments);
int culver_config(int count, char **arguments);
int culver_test(int count, char **arguments);
int culver_explain(int count, char **arguments);
int culver_mail(int count, char **arguments);
int culver_refile(int count, char **arguments);

/* Writes to standard output, and sees that it got there: the exit status. */
int culver_print(struct text bytes);
/* -h or --help. */
bool culver_is_help(const char *argument);
/* Says what is wrong with the command line; `argument` may be NULL. The exit status. */
int culver_refuse_usage(const char *what, const char *argument);

#endif
