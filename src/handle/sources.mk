noinst_LIBRARIES += libhandle.a
libhandle_a_SOURCES =
libhandle_a_SOURCES += %D%/mail_source.h
