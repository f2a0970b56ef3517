check_PROGRAMS += tests/unit/deliver/mbox.test
TESTS += tests/unit/deliver/mbox.test
tests_unit_deliver_mbox_test_SOURCES = %D%/mbox_test.c tests/support/fault_requested.c
tests_unit_deliver_mbox_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_mbox_test_LDADD = libdeliver.a libmail.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/quota.test
TESTS += tests/unit/deliver/quota.test
tests_unit_deliver_quota_test_SOURCES = %D%/quota_test.c
tests_unit_deliver_quota_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_quota_test_LDADD = libdeliver.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/pipe_command.test
TESTS += tests/unit/deliver/pipe_command.test
tests_unit_deliver_pipe_command_test_SOURCES = %D%/pipe_command_test.c
tests_unit_deliver_pipe_command_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_pipe_command_test_LDADD = libdeliver.a libmail.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/forward.test
TESTS += tests/unit/deliver/forward.test
tests_unit_deliver_forward_test_SOURCES = %D%/forward_test.c
tests_unit_deliver_forward_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_forward_test_LDADD = libdeliver.a libmail.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/maildir.test
TESTS += tests/unit/deliver/maildir.test
tests_unit_deliver_maildir_test_SOURCES = %D%/maildir_test.c tests/support/fault_requested.c
tests_unit_deliver_maildir_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_maildir_test_LDADD = libdeliver.a libmail.a libconfig.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/keywords.test
TESTS += tests/unit/deliver/keywords.test
tests_unit_deliver_keywords_test_SOURCES = %D%/keywords_test.c
tests_unit_deliver_keywords_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_keywords_test_LDADD = libdeliver.a libmail.a libconfig.a libsystem.a libbase.a

check_PROGRAMS += tests/unit/deliver/mailbox_name.test
TESTS += tests/unit/deliver/mailbox_name.test
tests_unit_deliver_mailbox_name_test_SOURCES = %D%/mailbox_name_test.c
tests_unit_deliver_mailbox_name_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_mailbox_name_test_LDADD = libdeliver.a libbase.a
check_PROGRAMS += tests/unit/deliver/mbox_format.test
TESTS += tests/unit/deliver/mbox_format.test
tests_unit_deliver_mbox_format_test_SOURCES = %D%/mbox_format_test.c
tests_unit_deliver_mbox_format_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_deliver_mbox_format_test_LDADD = libdeliver.a libmail.a libsystem.a libbase.a
