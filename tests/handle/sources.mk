TESTS += %D%/hostile.t %D%/parts.t %D%/progress.t %D%/show.t %D%/text.t %D%/verify.t
dist_check_SCRIPTS += %D%/hostile.t %D%/parts.t %D%/progress.t %D%/show.t %D%/text.t %D%/verify.t
EXTRA_DIST += %D%/messages.sh
TESTS += %D%/compat_formail.t
dist_check_SCRIPTS += %D%/compat_formail.t
EXTRA_DIST += %D%/compat_corpus.sh
