# explain.t and what it needs
TESTS += %D%/explain.t
dist_check_SCRIPTS += %D%/explain.t
