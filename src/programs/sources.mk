bin_PROGRAMS += culver
culver_SOURCES = %D%/culver.c
culver_CPPFLAGS = $(AM_CPPFLAGS) -DCULVER_VERSION='"$(PACKAGE_VERSION)"'
culver_LDADD = libconfig.a libsystem.a libbase.a
