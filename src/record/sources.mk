noinst_LIBRARIES += librecord.a
librecord_a_CPPFLAGS = $(AM_CPPFLAGS) -DCULVER_VERSION='"$(PACKAGE_VERSION)"'
librecord_a_SOURCES = \
	%D%/db_store.c \
	%D%/delivery_log.c %D%/delivery_log.h \
	%D%/keyed_store.c %D%/keyed_store.h \
	%D%/store_driver.h \
	%D%/store_file.c %D%/store_file.h \
	%D%/text_store.c
