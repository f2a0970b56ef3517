TESTS += %D%/from_rules.t %D%/hostile.t %D%/parts.t %D%/progress.t %D%/show.t %D%/text.t %D%/verify.t
dist_check_SCRIPTS += %D%/from_rules.t %D%/hostile.t %D%/parts.t %D%/progress.t %D%/show.t %D%/text.t %D%/verify.t
TESTS += %D%/address.t %D%/dedupe.t %D%/header.t %D%/make.t %D%/reply.t %D%/split.t
dist_check_SCRIPTS += %D%/address.t %D%/dedupe.t %D%/header.t %D%/make.t %D%/reply.t %D%/split.t
EXTRA_DIST += %D%/messages.sh
TESTS += %D%/compat_formail.t
dist_check_SCRIPTS += %D%/compat_formail.t
EXTRA_DIST += %D%/compat_corpus.sh
