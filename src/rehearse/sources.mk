noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
librehearse_a_SOURCES += %D%/check.c %D%/check.h
librehearse_a_SOURCES += %D%/check_places.c %D%/check_places.h
librehearse_a_SOURCES += %D%/diagnostic_report.c %D%/diagnostic_report.h
