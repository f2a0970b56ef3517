# Deliveries that are killed or fail at each of their system calls.
TESTS += %D%/mbox_kill.t
dist_check_SCRIPTS += %D%/mbox_kill.t
EXTRA_DIST += %D%/inject.sh
TESTS += %D%/maildir_kill.t %D%/power_cut.t
dist_check_SCRIPTS += %D%/maildir_kill.t %D%/power_cut.t

# A library to be preloaded, so not built as a program is.
check_PROGRAMS += %D%/short_write.so
tests_crash_short_write_so_SOURCES = %D%/short_write.c
tests_crash_short_write_so_CFLAGS = -fPIC $(WARNING_CFLAGS)
tests_crash_short_write_so_LDFLAGS = -shared

check_PROGRAMS += tests/crash/store_traffic
tests_crash_store_traffic_SOURCES = %D%/store_traffic.c
tests_crash_store_traffic_LDADD = librecord.a libsystem.a libmail.a libbase.a
TESTS += %D%/store_kill.t
dist_check_SCRIPTS += %D%/store_kill.t
TESTS += %D%/folder_kill.t
dist_check_SCRIPTS += %D%/folder_kill.t
TESTS += %D%/refile_kill.t
dist_check_SCRIPTS += %D%/refile_kill.t
TESTS += %D%/toolkit_kill.t
dist_check_SCRIPTS += %D%/toolkit_kill.t
