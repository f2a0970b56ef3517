/*
 * The names of other programs that culver(1) answers to when it is installed as, or linked to, them:
 * reformail, formail and their kin. Each is a file of its own (programs/compat_NAME.c) that takes that
 * program's options and makes one call of a module of handle/.
 */
#ifndef PROGRAMS_COMPAT_NAME_H
#define PROGRAMS_COMPAT_NAME_H

typedef int compat_run(int count, char **arguments);

int compat_name_formail(int count, char **arguments);
int compat_name_reformail(int count, char **arguments);
int compat_name_mailbot(int count, char **arguments);
int compat_name_makemime(int count, char **arguments);
int compat_name_reformime(int count, char **arguments);
int compat_name_lockfile(int count, char **arguments);
int compat_name_lockmail(int count, char **arguments);
int compat_name_maildirmake(int count, char **arguments);
int compat_name_deliverquota(int count, char **arguments);
int compat_name_mailbot(int count, char **arguments);
int compat_name_makemime(int count, char **arguments);
int compat_name_reformime(int count, char **arguments);
int compat_name_reformail(int count, char **arguments);

/* The program that this path (argv[0]) stands for, or NULL: it is culver itself. */
compat_run *compat_name_find(const char *path);

/* A program that does not read all it is given is not the end of this one: SIGPIPE is blocked. */
void compat_name_block_pipe_signal(void);

#endif
