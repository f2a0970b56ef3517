noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
librehearse_a_SOURCES += %D%/rehearsal.c %D%/rehearsal.h
librehearse_a_SOURCES += %D%/command_answers.c %D%/command_answers.h
librehearse_a_SOURCES += %D%/rehearsal_host.c %D%/rehearsal_host.h
