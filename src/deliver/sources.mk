noinst_LIBRARIES += libdeliver.a
libdeliver_a_SOURCES = \
	%D%/backend.h \
	%D%/command.c %D%/command.h \
	%D%/destination.c %D%/destination.h \
	%D%/discard.c \
	%D%/forward.c \
	%D%/keywords.c %D%/keywords.h \
	%D%/mailbox_folder.c %D%/mailbox_folder.h \
	%D%/mailbox_name.c %D%/mailbox_name.h \
	%D%/maildir.c \
	%D%/maildir_folder.c %D%/maildir_folder.h \
	%D%/mbox.c \
	%D%/mbox_append.c %D%/mbox_append.h \
	%D%/mbox_file.c %D%/mbox_file.h \
	%D%/mbox_format.c %D%/mbox_format.h \
	%D%/mbox_guardian.c %D%/mbox_guardian.h \
	%D%/mbox_journal.c %D%/mbox_journal.h \
	%D%/pipe_command.c \
	%D%/quota.c %D%/quota.h \
	%D%/quota_warning.c %D%/quota_warning.h \
	%D%/subscription.c %D%/subscription.h
