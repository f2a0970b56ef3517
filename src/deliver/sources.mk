noinst_LIBRARIES += libdeliver.a
libdeliver_a_SOURCES = \
	%D%/backend.h \
	%D%/command.c %D%/command.h \
	%D%/destination.c %D%/destination.h \
	%D%/discard.c \
	%D%/forward.c \
	%D%/maildir.c \
	%D%/maildir_folder.c %D%/maildir_folder.h \
	%D%/pipe_command.c \
	%D%/quota.c %D%/quota.h
