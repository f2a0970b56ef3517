check_PROGRAMS += tests/unit/system/lock.test
TESTS += tests/unit/system/lock.test
tests_unit_system_lock_test_SOURCES = %D%/lock_test.c
tests_unit_system_lock_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_lock_test_LDADD = libsystem.a libbase.a
