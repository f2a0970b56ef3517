# Deliveries that are killed or fail at each of their system calls.
TESTS += %D%/mbox_kill.t
dist_check_SCRIPTS += %D%/mbox_kill.t
EXTRA_DIST += %D%/inject.sh
