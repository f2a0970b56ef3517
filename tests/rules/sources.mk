check_PROGRAMS += tests/rules/run_rules tests/rules/mailfilter_cases.test
TESTS += tests/rules/mailfilter_cases.test tests/rules/compare_with_maildrop.t \
	tests/rules/compare_scopes_with_maildrop.t
dist_check_SCRIPTS += %D%/compare_with_maildrop.t %D%/compare_scopes_with_maildrop.t
tests_rules_run_rules_SOURCES = %D%/run_rules.c
tests_rules_run_rules_LDADD = libfilter.a libmail.a libbase.a
tests_rules_mailfilter_cases_test_SOURCES = %D%/mailfilter_cases_test.c
tests_rules_mailfilter_cases_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_rules_mailfilter_cases_test_LDADD = libfilter.a libmail.a libbase.a
EXTRA_DIST += %D%/compare_with_maildrop.rules %D%/compare_scopes.messages \
	%D%/mailfilter/address.case \
	%D%/mailfilter/cc.case \
	%D%/mailfilter/command.case \
	%D%/mailfilter/context.case \
	%D%/mailfilter/decision.case \
	%D%/mailfilter/echo.case \
	%D%/mailfilter/embedded.case \
	%D%/mailfilter/envelope.case \
	%D%/mailfilter/exception.case \
	%D%/mailfilter/exit.case \
	%D%/mailfilter/field_list.case \
	%D%/mailfilter/flag.case \
	%D%/mailfilter/foreach.case \
	%D%/mailfilter/gdbm.case \
	%D%/mailfilter/header.case \
	%D%/mailfilter/if.case \
	%D%/mailfilter/import.case \
	%D%/mailfilter/include.case \
	%D%/mailfilter/lines.case \
	%D%/mailfilter/lock.case \
	%D%/mailfilter/log.case \
	%D%/mailfilter/lookup.case \
	%D%/mailfilter/mailbox.case \
	%D%/mailfilter/pattern.case \
	%D%/mailfilter/pipe.case \
	%D%/mailfilter/scope.case \
	%D%/mailfilter/timeout.case \
	%D%/mailfilter/to.case \
	%D%/mailfilter/value.case \
	%D%/mailfilter/verdict.case \
	%D%/mailfilter/while.case \
	%D%/mailfilter/xfilter.case
