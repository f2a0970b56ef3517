noinst_LIBRARIES += libmail.a
libmail_a_SOURCES = \
	%D%/envelope.h \
	%D%/outcome.c %D%/outcome.h
