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
