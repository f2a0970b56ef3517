check_PROGRAMS += tests/deliver/mbox_traffic
tests_deliver_mbox_traffic_SOURCES = %D%/mbox_traffic.c
TESTS += %D%/mbox_concurrent.t
dist_check_SCRIPTS += %D%/mbox_concurrent.t
dist_check_SCRIPTS += %D%/config_show.t
TESTS += %D%/config_show.t
