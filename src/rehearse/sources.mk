noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
librehearse_a_SOURCES += \
	%D%/rule_test_line.c %D%/rule_test_line.h
librehearse_a_SOURCES += \
	%D%/rule_test_file.c %D%/rule_test_file.h
librehearse_a_SOURCES += \
	%D%/rule_test_expected.c %D%/rule_test_expected.h
librehearse_a_SOURCES += %D%/rehearsal.c %D%/rehearsal.h
