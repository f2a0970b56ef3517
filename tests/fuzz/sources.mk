# Fuzz targets. `make check` replays their seeds without a fuzzer; tests/fuzz/run puts one under libFuzzer. A new
# target is its name in the list, its two lines below, and a directory of seeds.
fuzz_tests = \
	tests/fuzz/fuzz_address.test \
	tests/fuzz/fuzz_check.test \
	tests/fuzz/fuzz_date.test \
	tests/fuzz/fuzz_header.test \
	tests/fuzz/fuzz_header_edit.test \
	tests/fuzz/fuzz_mime.test \
	tests/fuzz/fuzz_rules.test
check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)
EXTRA_DIST += tests/fuzz/run tests/fuzz/seeds

tests_fuzz_fuzz_address_test_SOURCES = %D%/fuzz_address.c %D%/replay_main.c
tests_fuzz_fuzz_address_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_date_test_SOURCES = %D%/fuzz_date.c %D%/replay_main.c
tests_fuzz_fuzz_date_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_header_test_SOURCES = %D%/fuzz_header.c %D%/replay_main.c
tests_fuzz_fuzz_header_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_mime_test_SOURCES = %D%/fuzz_mime.c %D%/replay_main.c
tests_fuzz_fuzz_mime_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_rules_test_SOURCES = %D%/fuzz_rules.c %D%/replay_main.c
tests_fuzz_fuzz_rules_test_LDADD = libfilter.a libmail.a libbase.a
tests_fuzz_fuzz_header_edit_test_SOURCES = %D%/fuzz_header_edit.c %D%/replay_main.c
tests_fuzz_fuzz_header_edit_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_check_test_SOURCES = %D%/fuzz_check.c %D%/replay_main.c
tests_fuzz_fuzz_check_test_LDADD = librehearse.a libfilter.a libmail.a libsystem.a libbase.a
