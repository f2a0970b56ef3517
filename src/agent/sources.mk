noinst_LIBRARIES += libagent.a
libagent_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/agent.c %D%/agent.h \
	%D%/agent_host.c %D%/agent_host.h \
	%D%/envelope_sources.c %D%/envelope_sources.h \
	%D%/partial_delivery.c %D%/partial_delivery.h \
	%D%/report_line.c %D%/report_line.h \
	%D%/rules_command.c %D%/rules_command.h \
	%D%/rules_environment.c %D%/rules_environment.h \
	%D%/rules_file.c %D%/rules_file.h \
	%D%/rules_header.c %D%/rules_header.h \
	%D%/rules_lock.c %D%/rules_lock.h \
	%D%/rules_run.c %D%/rules_run.h \
	%D%/rules_log.c %D%/rules_log.h \
	%D%/rules_store.c %D%/rules_store.h
libagent_a_SOURCES += %D%/attachment_save.c %D%/attachment_save.h
