TESTS += tests/rehearse/test_command.t
dist_check_SCRIPTS += %D%/test_command.t
# explain.t and what it needs
TESTS += %D%/explain.t %D%/explain_user.t
dist_check_SCRIPTS += %D%/explain.t %D%/explain_user.t
