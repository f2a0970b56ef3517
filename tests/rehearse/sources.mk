rehearse_scripts = %D%/explain.t %D%/explain_user.t %D%/test_command.t
TESTS += $(rehearse_scripts)
dist_check_SCRIPTS += $(rehearse_scripts)
