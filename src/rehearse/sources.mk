noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
librehearse_a_SOURCES += \
	%D%/rule_test_line.c %D%/rule_test_line.h
librehearse_a_SOURCES += \
	%D%/rule_test_file.c %D%/rule_test_file.h
librehearse_a_SOURCES += \
	%D%/rule_test_expected.c %D%/rule_test_expected.h
librehearse_a_SOURCES += %D%/rehearsal.c %D%/rehearsal.h
librehearse_a_SOURCES += \
	%D%/rule_test_host.c %D%/rule_test_host.h
librehearse_a_SOURCES += \
	%D%/rule_test_material.c %D%/rule_test_material.h
librehearse_a_SOURCES += \
	%D%/rule_test.c %D%/rule_test.h
librehearse_a_SOURCES += \
	%D%/rule_test_judge.c %D%/rule_test_judge.h
librehearse_a_SOURCES += \
	%D%/rule_test_report.c %D%/rule_test_report.h
librehearse_a_SOURCES += \
	%D%/rule_test_record.c %D%/rule_test_record.h
librehearse_a_SOURCES += \
	%D%/rule_test_suite.c %D%/rule_test_suite.h
librehearse_a_SOURCES += %D%/command_answers.c %D%/command_answers.h
librehearse_a_SOURCES += %D%/rehearsal_host.c %D%/rehearsal_host.h
librehearse_a_SOURCES += %D%/explain.c %D%/explain.h
librehearse_a_SOURCES += %D%/explain_ask.c %D%/explain_ask.h
librehearse_a_SOURCES += %D%/explain_json.c %D%/explain_json.h
librehearse_a_SOURCES += %D%/explain_plan.c %D%/explain_plan.h
librehearse_a_SOURCES += %D%/explain_report.c %D%/explain_report.h
librehearse_a_SOURCES += %D%/explain_text.c %D%/explain_text.h
librehearse_a_SOURCES += %D%/explain_reason.c %D%/explain_reason.h
librehearse_a_SOURCES += %D%/check.c %D%/check.h
librehearse_a_SOURCES += %D%/check_places.c %D%/check_places.h
librehearse_a_SOURCES += %D%/diagnostic_report.c %D%/diagnostic_report.h
librehearse_a_SOURCES += %D%/explain_error.c %D%/explain_error.h
