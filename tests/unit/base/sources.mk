check_PROGRAMS += tests/unit/base/base.test
TESTS += tests/unit/base/base.test
tests_unit_base_base_test_SOURCES = %D%/base_test.c
tests_unit_base_base_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_base_base_test_LDADD = libbase.a
