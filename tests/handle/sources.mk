TESTS += %D%/address.t %D%/dedupe.t %D%/header.t %D%/make.t %D%/reply.t %D%/split.t
dist_check_SCRIPTS += %D%/address.t %D%/dedupe.t %D%/header.t %D%/make.t %D%/reply.t %D%/split.t
