noinst_LIBRARIES += librecord.a
librecord_a_CPPFLAGS = $(AM_CPPFLAGS) -DCULVER_VERSION='"$(PACKAGE_VERSION)"'
librecord_a_SOURCES = \
	%D%/delivery_log.c %D%/delivery_log.h
