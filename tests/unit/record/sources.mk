check_PROGRAMS += tests/unit/record/delivery_log.test
TESTS += tests/unit/record/delivery_log.test
tests_unit_record_delivery_log_test_SOURCES = %D%/delivery_log_test.c
tests_unit_record_delivery_log_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DCULVER_VERSION='"$(PACKAGE_VERSION)"'
tests_unit_record_delivery_log_test_LDADD = librecord.a libmail.a libbase.a
check_PROGRAMS += tests/unit/record/keyed_store.test
TESTS += tests/unit/record/keyed_store.test
tests_unit_record_keyed_store_test_SOURCES = %D%/keyed_store_test.c
tests_unit_record_keyed_store_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_record_keyed_store_test_LDADD = librecord.a libsystem.a libmail.a libbase.a
