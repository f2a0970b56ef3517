check_PROGRAMS += tests/rules/run_rules
TESTS += tests/rules/mailfilter.t tests/rules/compare_with_maildrop.t \
	tests/rules/compare_scopes_with_maildrop.t
dist_check_SCRIPTS += %D%/mailfilter.t %D%/compare_with_maildrop.t %D%/compare_scopes_with_maildrop.t
tests_rules_run_rules_SOURCES = %D%/run_rules.c
tests_rules_run_rules_LDADD = libfilter.a libmail.a libbase.a
EXTRA_DIST += %D%/compare_with_maildrop.rules %D%/compare_scopes.messages \
	%D%/message.eml %D%/mailfilter

check_PROGRAMS += tests/rules/diagnostic_cases.test
TESTS += tests/rules/diagnostic_cases.test
tests_rules_diagnostic_cases_test_SOURCES = %D%/diagnostic_cases_test.c
tests_rules_diagnostic_cases_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_rules_diagnostic_cases_test_LDADD = libfilter.a libmail.a libbase.a
EXTRA_DIST += %D%/diagnostics

TESTS += tests/rules/reference.t tests/rules/generated_compat.t
dist_check_SCRIPTS += %D%/reference.t %D%/generated_compat.t
EXTRA_DIST += %D%/reference.table %D%/reference.py %D%/generated_compat.py %D%/generated_compat.deviations

TESTS += tests/rules/rule_sets.t
dist_check_SCRIPTS += %D%/rule_sets.t
