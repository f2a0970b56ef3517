noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
librehearse_a_SOURCES += %D%/rehearsal.c %D%/rehearsal.h
