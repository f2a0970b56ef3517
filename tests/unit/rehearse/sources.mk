check_PROGRAMS += tests/unit/rehearse/diagnostic_report.test
TESTS += tests/unit/rehearse/diagnostic_report.test
tests_unit_rehearse_diagnostic_report_test_SOURCES = %D%/diagnostic_report_test.c
tests_unit_rehearse_diagnostic_report_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_rehearse_diagnostic_report_test_LDADD = librehearse.a libfilter.a libmail.a libsystem.a libbase.a
