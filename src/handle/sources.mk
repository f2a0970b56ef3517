noinst_LIBRARIES += libhandle.a
libhandle_a_SOURCES =
libhandle_a_SOURCES += %D%/mail_source.h
libhandle_a_SOURCES += %D%/maildir_names.c %D%/maildir_names.h
libhandle_a_SOURCES += %D%/mail_source.c
libhandle_a_SOURCES += %D%/mbox_walk.c %D%/mbox_walk.h
