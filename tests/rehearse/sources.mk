# explain.t and what it needs
TESTS += %D%/explain.t %D%/explain_user.t
dist_check_SCRIPTS += %D%/explain.t %D%/explain_user.t
