check_PROGRAMS += tests/unit/deliver/mbox.test
TESTS += tests/unit/deliver/mbox.test
tests_unit_deliver_mbox_test_SOURCES = %D%/mbox_test.c %D%/message_double.c tests/support/fault_requested.c
tests_unit_deliver_mbox_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_mbox_test_LDADD = libdeliver.a libmail.a libsystem.a libbase.a
