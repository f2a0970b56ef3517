noinst_LIBRARIES += libdeliver.a
libdeliver_a_SOURCES = \
	%D%/backend.h \
	%D%/destination.c %D%/destination.h \
	%D%/maildir.c \
	%D%/maildir_folder.c %D%/maildir_folder.h \
	%D%/quota.h
