noinst_LIBRARIES += libmail.a
libmail_a_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/address_line.c %D%/address_line.h \
	%D%/charset.c %D%/charset.h \
	%D%/charset_alias.c %D%/charset_alias.h \
	%D%/content_type.c %D%/content_type.h \
	%D%/encoded_word.c %D%/encoded_word.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/header.c %D%/header.h \
	%D%/header_edit.c %D%/header_edit.h \
	%D%/mail_date.c %D%/mail_date.h \
	%D%/message.c %D%/message.h \
	%D%/message_id.c %D%/message_id.h \
	%D%/mime_tree.c %D%/mime_tree.h \
	%D%/outcome.c %D%/outcome.h \
	%D%/part_text.c %D%/part_text.h \
	%D%/transfer_encoding.c %D%/transfer_encoding.h
libmail_a_SOURCES += %D%/auto_reply.c %D%/auto_reply.h
libmail_a_SOURCES += %D%/compose.c %D%/compose.h
libmail_a_SOURCES += %D%/domain_name.c %D%/domain_name.h
libmail_a_SOURCES += %D%/compose_field.c %D%/compose_field.h
libmail_a_SOURCES += %D%/transfer_encode.c %D%/transfer_encode.h
libmail_a_SOURCES += %D%/boundary_value.c %D%/boundary_value.h
libmail_a_SOURCES += %D%/embedded_file.c %D%/embedded_file.h
libmail_a_SOURCES += %D%/flowed_text.c %D%/flowed_text.h
libmail_a_SOURCES += %D%/html/html_element.c %D%/html/html_element.h
libmail_a_SOURCES += %D%/html/html_entity.c %D%/html/html_entity.h
libmail_a_SOURCES += %D%/html/html_layout.c %D%/html/html_layout.h
libmail_a_SOURCES += %D%/html/html_tag.c %D%/html/html_tag.h
libmail_a_SOURCES += %D%/html/html_text.c %D%/html/html_text.h
libmail_a_SOURCES += %D%/html/html_token.c %D%/html/html_token.h
libmail_a_SOURCES += %D%/list_facts.c %D%/list_facts.h
libmail_a_SOURCES += %D%/parameter_value.c %D%/parameter_value.h
libmail_a_SOURCES += %D%/part_choice.c %D%/part_choice.h
libmail_a_SOURCES += %D%/part_edit.c %D%/part_edit.h
libmail_a_SOURCES += %D%/part_facts.c %D%/part_facts.h
libmail_a_SOURCES += %D%/part_number.c %D%/part_number.h
libmail_a_SOURCES += %D%/readable_text.c %D%/readable_text.h
libmail_a_SOURCES += %D%/safe_name.c %D%/safe_name.h
libmail_a_SOURCES += %D%/structure_check.c %D%/structure_check.h
libmail_a_SOURCES += %D%/encoded_message.c %D%/encoded_message.h
libmail_a_SOURCES += %D%/structure_fields.c %D%/structure_fields.h
libmail_a_SOURCES += %D%/structure_list.c %D%/structure_list.h
libmail_a_SOURCES += %D%/base64_run.h
EXTRA_DIST += %D%/base64_run_avx2.c %D%/base64_run_plain.c
if HAS_AVX2
libmail_a_SOURCES += %D%/base64_run_avx2.c
else
libmail_a_SOURCES += %D%/base64_run_plain.c
endif
