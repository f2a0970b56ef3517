check_PROGRAMS += tests/unit/config/settings.test
TESTS += tests/unit/config/settings.test
tests_unit_config_settings_test_SOURCES = %D%/settings_test.c
tests_unit_config_settings_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_config_settings_test_LDADD = libconfig.a libsystem.a libbase.a
