check_PROGRAMS += tests/unit/rehearse/rehearsal.test
TESTS += tests/unit/rehearse/rehearsal.test
tests_unit_rehearse_rehearsal_test_SOURCES = %D%/rehearsal_test.c
tests_unit_rehearse_rehearsal_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_rehearse_rehearsal_test_LDADD = librehearse.a libagent.a libdeliver.a librecord.a libfilter.a libconfig.a libmail.a libsystem.a libbase.a
