check_PROGRAMS += tests/unit/system/lock.test
TESTS += tests/unit/system/lock.test
tests_unit_system_lock_test_SOURCES = %D%/lock_test.c
tests_unit_system_lock_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_lock_test_LDADD = libsystem.a libbase.a
check_PROGRAMS += tests/unit/system/child.test
TESTS += tests/unit/system/child.test
tests_unit_system_child_test_SOURCES = %D%/child_test.c
tests_unit_system_child_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_child_test_LDADD = libsystem.a libbase.a

check_PROGRAMS += tests/unit/system/system.test
TESTS += tests/unit/system/system.test
tests_unit_system_system_test_SOURCES = %D%/system_test.c
tests_unit_system_system_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_system_test_LDADD = libsystem.a libbase.a

check_PROGRAMS += tests/unit/system/spool.test
TESTS += tests/unit/system/spool.test
tests_unit_system_spool_test_SOURCES = %D%/spool_test.c
tests_unit_system_spool_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_spool_test_LDADD = libsystem.a libbase.a

check_PROGRAMS += tests/unit/system/terminal.test
TESTS += tests/unit/system/terminal.test
tests_unit_system_terminal_test_SOURCES = %D%/terminal_test.c
tests_unit_system_terminal_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_system_terminal_test_LDADD = libsystem.a libbase.a
