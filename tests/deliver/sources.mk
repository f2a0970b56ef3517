dist_check_SCRIPTS += %D%/config_show.t
TESTS += %D%/config_show.t
