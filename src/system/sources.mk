noinst_LIBRARIES += libsystem.a
libsystem_a_SOURCES = \
	%D%/child.c %D%/child.h \
	%D%/file.c %D%/file.h \
	%D%/lock.c %D%/lock.h \
	%D%/mapped_file.c %D%/mapped_file.h \
	%D%/pipe_child.c %D%/pipe_child.h \
	%D%/rights.c %D%/rights.h \
	%D%/signals.c %D%/signals.h \
	%D%/spool.c %D%/spool.h \
	%D%/standard_streams.c %D%/standard_streams.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/user.c %D%/user.h
