noinst_LIBRARIES += libconfig.a
libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DCULVER_SYSCONFDIR='"$(sysconfdir)"' -DCULVER_LOCALSTATEDIR='"$(localstatedir)"'
libconfig_a_SOURCES = \
	%D%/setting_value.c %D%/setting_value.h \
	%D%/settings.c %D%/settings.h \
	%D%/settings_file.c %D%/settings_file.h \
	%D%/settings_report.c %D%/settings_report.h
