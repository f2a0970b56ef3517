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
