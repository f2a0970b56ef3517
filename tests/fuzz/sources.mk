# Fuzz targets. `make check` replays their seeds without a fuzzer; tests/fuzz/run puts one under libFuzzer. A new
# target is its name in the list, its two lines below, and a directory of seeds.
fuzz_tests = \
	tests/fuzz/fuzz_address.test \
	tests/fuzz/fuzz_address_line.test \
	tests/fuzz/fuzz_base64_peer.test \
	tests/fuzz/fuzz_check.test \
	tests/fuzz/fuzz_date.test \
	tests/fuzz/fuzz_encoded_word.test \
	tests/fuzz/fuzz_flowed_text.test \
	tests/fuzz/fuzz_header.test \
	tests/fuzz/fuzz_header_edit.test \
	tests/fuzz/fuzz_html_text.test \
	tests/fuzz/fuzz_mailbox_name.test \
	tests/fuzz/fuzz_mbox.test \
	tests/fuzz/fuzz_mime.test \
	tests/fuzz/fuzz_rule_test.test \
	tests/fuzz/fuzz_part_text.test \
	tests/fuzz/fuzz_readable_text.test \
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
tests_fuzz_fuzz_rule_test_test_SOURCES = %D%/fuzz_rule_test.c %D%/replay_main.c
tests_fuzz_fuzz_rule_test_test_LDADD = librehearse.a libagent.a libdeliver.a librecord.a libfilter.a libconfig.a libmail.a libsystem.a libbase.a
tests_fuzz_fuzz_header_edit_test_SOURCES = %D%/fuzz_header_edit.c %D%/replay_main.c
tests_fuzz_fuzz_header_edit_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_check_test_SOURCES = %D%/fuzz_check.c %D%/replay_main.c
tests_fuzz_fuzz_check_test_LDADD = librehearse.a libfilter.a libmail.a libsystem.a libbase.a
tests_fuzz_fuzz_mailbox_name_test_SOURCES = %D%/fuzz_mailbox_name.c %D%/replay_main.c
tests_fuzz_fuzz_mailbox_name_test_LDADD = libdeliver.a libbase.a
tests_fuzz_fuzz_address_line_test_SOURCES = %D%/fuzz_address_line.c %D%/replay_main.c
tests_fuzz_fuzz_address_line_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_encoded_word_test_SOURCES = %D%/fuzz_encoded_word.c %D%/replay_main.c
tests_fuzz_fuzz_encoded_word_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_part_text_test_SOURCES = %D%/fuzz_part_text.c %D%/replay_main.c
tests_fuzz_fuzz_part_text_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_mbox_test_SOURCES = %D%/fuzz_mbox.c %D%/replay_main.c
tests_fuzz_fuzz_mbox_test_LDADD = librefile.a libdeliver.a libmail.a libsystem.a libbase.a
tests_fuzz_fuzz_flowed_text_test_SOURCES = %D%/fuzz_flowed_text.c %D%/replay_main.c
tests_fuzz_fuzz_flowed_text_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_html_text_test_SOURCES = %D%/fuzz_html_text.c %D%/replay_main.c
tests_fuzz_fuzz_html_text_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_readable_text_test_SOURCES = %D%/fuzz_readable_text.c %D%/replay_main.c
tests_fuzz_fuzz_readable_text_test_LDADD = libmail.a libbase.a
fuzz_tests += tests/fuzz/fuzz_archive.test
tests_fuzz_fuzz_archive_test_SOURCES = %D%/fuzz_archive.c %D%/replay_main.c
tests_fuzz_fuzz_archive_test_LDADD = libfilter.a libmail.a libbase.a
fuzz_tests += tests/fuzz/fuzz_attachment.test
tests_fuzz_fuzz_attachment_test_SOURCES = %D%/fuzz_attachment.c %D%/replay_main.c
tests_fuzz_fuzz_attachment_test_LDADD = libfilter.a libmail.a libbase.a
tests_fuzz_fuzz_base64_peer_test_SOURCES = %D%/fuzz_base64_peer.c %D%/replay_main.c
tests_fuzz_fuzz_base64_peer_test_LDADD = libmail.a libbase.a
check_PROGRAMS += tests/fuzz/fuzz_parameter_value.test
TESTS += tests/fuzz/fuzz_parameter_value.test
tests_fuzz_fuzz_parameter_value_test_SOURCES = %D%/fuzz_parameter_value.c %D%/replay_main.c
tests_fuzz_fuzz_parameter_value_test_LDADD = libmail.a libbase.a
check_PROGRAMS += tests/fuzz/fuzz_embedded_file.test
TESTS += tests/fuzz/fuzz_embedded_file.test
tests_fuzz_fuzz_embedded_file_test_SOURCES = %D%/fuzz_embedded_file.c %D%/replay_main.c
tests_fuzz_fuzz_embedded_file_test_LDADD = libmail.a libbase.a
check_PROGRAMS += tests/fuzz/fuzz_structure.test
TESTS += tests/fuzz/fuzz_structure.test
tests_fuzz_fuzz_structure_test_SOURCES = %D%/fuzz_structure.c %D%/replay_main.c
tests_fuzz_fuzz_structure_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_structure_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
fuzz_tests += tests/fuzz/fuzz_mbox_walk.test
tests_fuzz_fuzz_mbox_walk_test_SOURCES = %D%/fuzz_mbox_walk.c %D%/replay_main.c
tests_fuzz_fuzz_mbox_walk_test_LDADD = libhandle.a libdeliver.a libmail.a libsystem.a libbase.a
check_PROGRAMS += tests/fuzz/fuzz_compose.test tests/fuzz/fuzz_auto_reply.test
TESTS += tests/fuzz/fuzz_compose.test tests/fuzz/fuzz_auto_reply.test
tests_fuzz_fuzz_compose_test_SOURCES = %D%/fuzz_compose.c %D%/replay_main.c
tests_fuzz_fuzz_compose_test_LDADD = libmail.a libbase.a
tests_fuzz_fuzz_auto_reply_test_SOURCES = %D%/fuzz_auto_reply.c %D%/replay_main.c
tests_fuzz_fuzz_auto_reply_test_LDADD = libmail.a libbase.a
