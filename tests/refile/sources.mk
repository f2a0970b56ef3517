TESTS += %D%/maildir.t %D%/mbox.t %D%/dovecot_refile.t
dist_check_SCRIPTS += %D%/maildir.t %D%/mbox.t %D%/dovecot_refile.t
EXTRA_DIST += %D%/refile.sh
