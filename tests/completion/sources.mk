COMPLETION_TESTS = %D%/bash.t %D%/zsh.t
TESTS += $(COMPLETION_TESTS)
dist_check_SCRIPTS += $(COMPLETION_TESTS)
EXTRA_DIST += %D%/offers.zsh %D%/offered.sh
