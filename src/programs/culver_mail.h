/*
 * The commands of culver-mail(1), one file each (culver_mail_NAME.c): options, and one call of a module
 * of handle/. Each gets its own arguments, its name first, and returns the exit status.
 */
#ifndef PROGRAMS_CULVER_MAIL_H
#define PROGRAMS_CULVER_MAIL_H

int culver_mail_address(int count, char **arguments);
int culver_mail_dedupe(int count, char **arguments);
int culver_mail_header(int count, char **arguments);
int culver_mail_join(int count, char **arguments);
int culver_mail_make(int count, char **arguments);
int culver_mail_parts(int count, char **arguments);
int culver_mail_reply(int count, char **arguments);
int culver_mail_show(int count, char **arguments);
int culver_mail_split(int count, char **arguments);
int culver_mail_text(int count, char **arguments);
int culver_mail_verify(int count, char **arguments);

#endif
