noinst_LIBRARIES += libfilter.a
libfilter_a_CPPFLAGS = $(AM_CPPFLAGS) $(PCRE2_CFLAGS) $(LIBMAGIC_CFLAGS) $(LIBARCHIVE_CFLAGS)
libfilter_a_SOURCES = \
	%D%/engine/body_text.c %D%/engine/body_text.h \
	%D%/engine/database.c %D%/engine/database.h \
	%D%/engine/database_host.h \
	%D%/engine/diagnostic.c %D%/engine/diagnostic.h \
	%D%/engine/edit_header.c %D%/engine/edit_header.h \
	%D%/engine/envelope_value.c %D%/engine/envelope_value.h \
	%D%/engine/evaluate.c %D%/engine/evaluate.h \
	%D%/engine/expression.h \
	%D%/engine/field_list.c %D%/engine/field_list.h \
	%D%/engine/filter.c %D%/engine/filter.h \
	%D%/engine/flag_words.c %D%/engine/flag_words.h \
	%D%/engine/host.h \
	%D%/engine/lookup.c %D%/engine/lookup.h \
	%D%/engine/match.c %D%/engine/match.h \
	%D%/engine/observe.c %D%/engine/observe.h \
	%D%/engine/observer.h \
	%D%/engine/pattern.c %D%/engine/pattern.h \
	%D%/engine/pattern_pump.c %D%/engine/pattern_pump.h \
	%D%/engine/byte_set.c %D%/engine/byte_set.h \
	%D%/engine/pattern_reader.c %D%/engine/pattern_reader.h \
	%D%/engine/pattern_shape.c %D%/engine/pattern_shape.h \
	%D%/engine/plain_pattern.c %D%/engine/plain_pattern.h \
	%D%/engine/plan.c %D%/engine/plan.h \
	%D%/engine/prefilter.c %D%/engine/prefilter.h \
	%D%/engine/program.c %D%/engine/program.h \
	%D%/engine/recipients.c %D%/engine/recipients.h \
	%D%/engine/run_command.c %D%/engine/run_command.h \
	%D%/engine/scope.c %D%/engine/scope.h \
	%D%/engine/target.c %D%/engine/target.h \
	%D%/engine/value.c %D%/engine/value.h \
	%D%/engine/variable.c %D%/engine/variable.h \
	%D%/mailfilter/actions.c %D%/mailfilter/actions.h \
	%D%/mailfilter/inspect.c %D%/mailfilter/inspect.h \
	%D%/mailfilter/inspect_arithmetic.c \
	%D%/mailfilter/inspect_command.c \
	%D%/mailfilter/inspect_condition.c \
	%D%/mailfilter/inspect_flow.c \
	%D%/mailfilter/inspect_pattern.c \
	%D%/mailfilter/inspect_taint.c \
	%D%/mailfilter/inspect_variable.c \
	%D%/mailfilter/lexer.c %D%/mailfilter/lexer.h \
	%D%/mailfilter/mailfilter.c %D%/mailfilter/mailfilter.h \
	%D%/mailfilter/parser.c %D%/mailfilter/parser.h \
	%D%/mailfilter/recovery.c %D%/mailfilter/recovery.h \
	%D%/mailfilter/statements.c %D%/mailfilter/statements.h
libfilter_a_SOURCES += \
	%D%/mailfilter/deviation.c %D%/mailfilter/deviation.h \
	%D%/mailfilter/inspect_deviation.c \
	%D%/mailfilter/inspect_field.c \
	%D%/mailfilter/inspect_score.c \
	%D%/mailfilter/inspect_shadow.c \
	%D%/mailfilter/inspect_status.c \
	%D%/mailfilter/pattern_flag.c %D%/mailfilter/pattern_flag.h
libfilter_a_SOURCES += %D%/engine/address_value.c %D%/engine/address_value.h
libfilter_a_SOURCES += %D%/engine/message_value.c %D%/engine/message_value.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_action.c %D%/engine/attachment/attachment_action.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_fact.c %D%/engine/attachment/attachment_fact.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_host.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_loop.c %D%/engine/attachment/attachment_loop.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_value.c %D%/engine/attachment/attachment_value.h
libfilter_a_SOURCES += %D%/mailfilter/attachment_words.c %D%/mailfilter/attachment_words.h
libfilter_a_SOURCES += %D%/mailfilter/inspect_attachment.c
libfilter_a_SOURCES += %D%/engine/attachment/archive.c %D%/engine/attachment/archive.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment.c %D%/engine/attachment/attachment.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_class.c %D%/engine/attachment/attachment_class.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_kind.c %D%/engine/attachment/attachment_kind.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_match.c %D%/engine/attachment/attachment_match.h
libfilter_a_SOURCES += %D%/engine/attachment/attachment_source.c %D%/engine/attachment/attachment_source.h
libfilter_a_SOURCES += %D%/engine/attachment/content_scan.c %D%/engine/attachment/content_scan.h
libfilter_a_SOURCES += %D%/engine/attachment/sniff.c %D%/engine/attachment/sniff.h
libfilter_a_SOURCES += %D%/engine/attachment/zip_directory.c %D%/engine/attachment/zip_directory.h
