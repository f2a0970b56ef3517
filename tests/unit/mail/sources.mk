mail_tests = \
	tests/unit/mail/address.test \
	tests/unit/mail/address_line.test \
	tests/unit/mail/charset.test \
	tests/unit/mail/content_type.test \
	tests/unit/mail/encoded_word.test \
	tests/unit/mail/envelope.test \
	tests/unit/mail/flowed_text.test \
	tests/unit/mail/header.test \
	tests/unit/mail/header_edit.test \
	tests/unit/mail/html_text.test \
	tests/unit/mail/mail_date.test \
	tests/unit/mail/message.test \
	tests/unit/mail/message_id.test \
	tests/unit/mail/mime_tree.test \
	tests/unit/mail/part_text.test \
	tests/unit/mail/readable_text.test \
	tests/unit/mail/transfer_encoding.test
check_PROGRAMS += $(mail_tests)
TESTS += $(mail_tests)
mail_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
mail_test_libraries = libmail.a libbase.a
tests_unit_mail_address_test_SOURCES = %D%/address_test.c
tests_unit_mail_address_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_address_test_LDADD = $(mail_test_libraries)
tests_unit_mail_charset_test_SOURCES = %D%/charset_test.c
tests_unit_mail_charset_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_charset_test_LDADD = $(mail_test_libraries)
tests_unit_mail_content_type_test_SOURCES = %D%/content_type_test.c
tests_unit_mail_content_type_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_content_type_test_LDADD = $(mail_test_libraries)
tests_unit_mail_envelope_test_SOURCES = %D%/envelope_test.c
tests_unit_mail_envelope_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_envelope_test_LDADD = $(mail_test_libraries)
tests_unit_mail_header_test_SOURCES = %D%/header_test.c
tests_unit_mail_header_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_header_test_LDADD = $(mail_test_libraries)
tests_unit_mail_mail_date_test_SOURCES = %D%/mail_date_test.c
tests_unit_mail_mail_date_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_mail_date_test_LDADD = $(mail_test_libraries)
tests_unit_mail_message_test_SOURCES = %D%/message_test.c
tests_unit_mail_message_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_message_test_LDADD = $(mail_test_libraries)
tests_unit_mail_message_id_test_SOURCES = %D%/message_id_test.c
tests_unit_mail_message_id_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_message_id_test_LDADD = $(mail_test_libraries)
tests_unit_mail_mime_tree_test_SOURCES = %D%/mime_tree_test.c
tests_unit_mail_mime_tree_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_mime_tree_test_LDADD = $(mail_test_libraries)
tests_unit_mail_header_edit_test_SOURCES = %D%/header_edit_test.c
tests_unit_mail_header_edit_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_header_edit_test_LDADD = $(mail_test_libraries)
tests_unit_mail_transfer_encoding_test_SOURCES = %D%/transfer_encoding_test.c
tests_unit_mail_transfer_encoding_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_transfer_encoding_test_LDADD = $(mail_test_libraries)
tests_unit_mail_encoded_word_test_SOURCES = %D%/encoded_word_test.c
tests_unit_mail_encoded_word_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_encoded_word_test_LDADD = $(mail_test_libraries)
tests_unit_mail_part_text_test_SOURCES = %D%/part_text_test.c
tests_unit_mail_part_text_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_part_text_test_LDADD = $(mail_test_libraries)
tests_unit_mail_address_line_test_SOURCES = %D%/address_line_test.c
tests_unit_mail_address_line_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_address_line_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/decode_body
tests_unit_mail_decode_body_SOURCES = %D%/decode_body.c
tests_unit_mail_decode_body_LDADD = $(mail_test_libraries)
TESTS += tests/unit/mail/decoding_peers.t
dist_check_SCRIPTS += tests/unit/mail/decoding_peers.t
check_PROGRAMS += tests/unit/mail/compose.test tests/unit/mail/auto_reply.test
TESTS += tests/unit/mail/compose.test tests/unit/mail/auto_reply.test
tests_unit_mail_compose_test_SOURCES = %D%/compose_test.c
tests_unit_mail_compose_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_compose_test_LDADD = $(mail_test_libraries)
tests_unit_mail_auto_reply_test_SOURCES = %D%/auto_reply_test.c
tests_unit_mail_auto_reply_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_auto_reply_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/parameter_value.test
TESTS += tests/unit/mail/parameter_value.test
tests_unit_mail_parameter_value_test_SOURCES = %D%/parameter_value_test.c
tests_unit_mail_parameter_value_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_parameter_value_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/part_edit.test
TESTS += tests/unit/mail/part_edit.test
tests_unit_mail_part_edit_test_SOURCES = %D%/part_edit_test.c
tests_unit_mail_part_edit_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_part_edit_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/structure_check.test
TESTS += tests/unit/mail/structure_check.test
tests_unit_mail_structure_check_test_SOURCES = %D%/structure_check_test.c
tests_unit_mail_structure_check_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_structure_check_test_LDADD = $(mail_test_libraries)
tests_unit_mail_flowed_text_test_SOURCES = %D%/flowed_text_test.c
tests_unit_mail_flowed_text_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_flowed_text_test_LDADD = $(mail_test_libraries)
tests_unit_mail_html_text_test_SOURCES = %D%/html_text_test.c
tests_unit_mail_html_text_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_html_text_test_LDADD = $(mail_test_libraries)
tests_unit_mail_readable_text_test_SOURCES = %D%/readable_text_test.c
tests_unit_mail_readable_text_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_readable_text_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/safe_name.test
TESTS += tests/unit/mail/safe_name.test
tests_unit_mail_safe_name_test_SOURCES = %D%/safe_name_test.c
tests_unit_mail_safe_name_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_safe_name_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/part_facts.test
TESTS += tests/unit/mail/part_facts.test
tests_unit_mail_part_facts_test_SOURCES = %D%/part_facts_test.c
tests_unit_mail_part_facts_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_part_facts_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/part_number.test
TESTS += tests/unit/mail/part_number.test
tests_unit_mail_part_number_test_SOURCES = %D%/part_number_test.c
tests_unit_mail_part_number_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_part_number_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/part_choice.test
TESTS += tests/unit/mail/part_choice.test
tests_unit_mail_part_choice_test_SOURCES = %D%/part_choice_test.c
tests_unit_mail_part_choice_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_part_choice_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/embedded_file.test
TESTS += tests/unit/mail/embedded_file.test
tests_unit_mail_embedded_file_test_SOURCES = %D%/embedded_file_test.c
tests_unit_mail_embedded_file_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_embedded_file_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/list_facts.test
TESTS += tests/unit/mail/list_facts.test
tests_unit_mail_list_facts_test_SOURCES = %D%/list_facts_test.c
tests_unit_mail_list_facts_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_list_facts_test_LDADD = $(mail_test_libraries)
check_PROGRAMS += tests/unit/mail/encoded_message.test
TESTS += tests/unit/mail/encoded_message.test
tests_unit_mail_encoded_message_test_SOURCES = %D%/encoded_message_test.c
tests_unit_mail_encoded_message_test_CPPFLAGS = $(mail_test_cppflags)
tests_unit_mail_encoded_message_test_LDADD = $(mail_test_libraries)
