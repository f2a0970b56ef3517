TESTS += tests/rehearse/test_command.t
dist_check_SCRIPTS += %D%/test_command.t
