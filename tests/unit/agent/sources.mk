check_PROGRAMS += tests/unit/agent/agent.test
TESTS += tests/unit/agent/agent.test
tests_unit_agent_agent_test_SOURCES = %D%/agent_test.c
tests_unit_agent_agent_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_agent_agent_test_LDADD = libagent.a libdeliver.a libfilter.a librecord.a libconfig.a libmail.a \
	libsystem.a libbase.a

check_PROGRAMS += tests/unit/agent/rules_header.test
TESTS += tests/unit/agent/rules_header.test
tests_unit_agent_rules_header_test_SOURCES = %D%/rules_header_test.c
tests_unit_agent_rules_header_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_agent_rules_header_test_LDADD = libagent.a libdeliver.a libfilter.a librecord.a libconfig.a \
	libmail.a libsystem.a libbase.a
