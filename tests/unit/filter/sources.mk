check_PROGRAMS += tests/unit/filter/filter.test
TESTS += tests/unit/filter/filter.test
tests_unit_filter_filter_test_SOURCES = %D%/filter_test.c
tests_unit_filter_filter_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_filter_test_LDADD = libfilter.a libmail.a libbase.a
check_PROGRAMS += tests/unit/filter/actions.test
TESTS += tests/unit/filter/actions.test
tests_unit_filter_actions_test_SOURCES = %D%/actions_test.c
tests_unit_filter_actions_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_actions_test_LDADD = libfilter.a libmail.a libbase.a

check_PROGRAMS += tests/unit/filter/observer.test
TESTS += tests/unit/filter/observer.test
tests_unit_filter_observer_test_SOURCES = %D%/observer_test.c
tests_unit_filter_observer_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_observer_test_LDADD = libfilter.a libmail.a libbase.a

check_PROGRAMS += tests/unit/filter/plain_pattern.test
TESTS += tests/unit/filter/plain_pattern.test
tests_unit_filter_plain_pattern_test_SOURCES = %D%/plain_pattern_test.c
tests_unit_filter_plain_pattern_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_plain_pattern_test_LDADD = libfilter.a libmail.a libbase.a

check_PROGRAMS += tests/unit/filter/pattern_work.test
TESTS += tests/unit/filter/pattern_work.test
tests_unit_filter_pattern_work_test_SOURCES = %D%/pattern_work_test.c
tests_unit_filter_pattern_work_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_pattern_work_test_LDADD = libfilter.a libmail.a libbase.a

check_PROGRAMS += tests/unit/filter/body_text.test
TESTS += tests/unit/filter/body_text.test
tests_unit_filter_body_text_test_SOURCES = %D%/body_text_test.c
tests_unit_filter_body_text_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_filter_body_text_test_LDADD = libfilter.a libmail.a libbase.a

check_PROGRAMS += tests/unit/filter/attachment_probe
TESTS += tests/unit/filter/attachment_facts.t
EXTRA_DIST += tests/unit/filter/attachment_facts.t tests/unit/filter/attachment_messages.py
tests_unit_filter_attachment_probe_SOURCES = %D%/attachment_probe.c
tests_unit_filter_attachment_probe_LDADD = libfilter.a libmail.a libbase.a
