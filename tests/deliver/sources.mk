check_PROGRAMS += tests/deliver/mbox_traffic
tests_deliver_mbox_traffic_SOURCES = %D%/mbox_traffic.c
TESTS += %D%/mbox_concurrent.t
dist_check_SCRIPTS += %D%/mbox_concurrent.t
dist_check_SCRIPTS += %D%/config_show.t
TESTS += %D%/config_show.t

TESTS += %D%/costs.t
dist_check_SCRIPTS += %D%/costs.t
DELIVER_TESTS = \
	%D%/bad_input.t \
	%D%/command_line.t \
	%D%/embedded_admin.t \
	%D%/language.t \
	%D%/maildir_concurrent.t \
	%D%/postfix.t \
	%D%/store.t \
	%D%/system_rules.t \
	%D%/verdicts.t
TESTS += $(DELIVER_TESTS)
dist_check_SCRIPTS += $(DELIVER_TESTS)

TESTS += %D%/check_rules.t %D%/check_maildrop.t
dist_check_SCRIPTS += %D%/check_rules.t %D%/check_maildrop.t
TESTS += %D%/acting.t %D%/dovecot.t
dist_check_SCRIPTS += %D%/acting.t %D%/dovecot.t

TESTS += %D%/people_files.t
dist_check_SCRIPTS += %D%/people_files.t
TESTS += %D%/attachments.t
dist_check_SCRIPTS += %D%/attachments.t
