TESTS += %D%/compat_formail.t
dist_check_SCRIPTS += %D%/compat_formail.t
EXTRA_DIST += %D%/compat_corpus.sh
