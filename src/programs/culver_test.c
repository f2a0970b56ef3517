/*
 * culver test: runs the tests that users write for their rules. Exit status: 0 when all passed, 1
 * when one failed, 64 for a command line that makes no sense, 65 for a test file with an error, 66
 * when something cannot be read, 74 when the report cannot be written.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "programs/culver.h"
#include "rehearse/rule_test_suite.h"

enum culver_test_option {
	CULVER_TEST_TAP = 256,
	CULVER_TEST_FILTER,
	CULVER_TEST_COLOUR,
	CULVER_TEST_RECORD,
	CULVER_TEST_PRINT,
};

static const char culver_test_help[] =
    "usage: culver test [--tap | --verbose] [--filter TEXT] [--color WHEN] FILE|DIRECTORY...\n"
    "       culver test --record[=all] [--filter TEXT] FILE|DIRECTORY...\n"
    "       culver test --print=message|rules --filter TEXT FILE\n"
    "\n"
    "Runs tests of rules: of a directory all files *.test in it and below it.\n"
    "\n"
    "      --filter TEXT    only the tests whose name has this text in it\n"
    "  -v, --verbose        name the tests that passed, too\n"
    "      --tap            write TAP, for programs\n"
    "      --record[=all]   write what comes into the tests that expect nothing yet, with\n"
    "                       \"all\" also in place of what others expect\n"
    "      --print WHAT     run nothing: print the message, or the rules, of the first test\n"
    "      --color WHEN     auto (on a terminal), always or never\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 all passed, 1 one failed, 64 usage, 65 a test file has an error, 66 something\n"
    "cannot be read, 74 cannot write. See culver-test(1).\n";

static bool
culver_test_write(struct text bytes)
{
	return culver_print(bytes) == EX_OK;
}

/* An option and its argument; false: it makes no sense. */
static bool
culver_test_take_option(
    struct rule_test_suite *suite, enum terminal_colour *colour, int option, const char *value)
{
	struct text word = text_from_string(value);

	switch (option) {
	case CULVER_TEST_TAP:
		suite->is_tap = true;
		return true;
	case 'v':
		suite->is_verbose = true;
		return true;
	case CULVER_TEST_FILTER:
		suite->filter = word;
		return true;
	case CULVER_TEST_COLOUR:
		return terminal_parse_colour(word, colour);
	case CULVER_TEST_RECORD:
		suite->record = value == NULL ? RULE_TEST_RECORD_FIRST : RULE_TEST_RECORD_ALL;
		return value == NULL || text_is_equal(word, TEXT("all"));
	case CULVER_TEST_PRINT:
		suite->print = text_is_equal(word, TEXT("rules")) ? RULE_TEST_PRINT_RULES
								  : RULE_TEST_PRINT_MESSAGE;
		return text_is_equal(word, TEXT("rules")) || text_is_equal(word, TEXT("message"));
	default:
		return false;
	}
}

int
culver_test(int count, char **arguments)
{
	static const struct option options[] = {{"tap", no_argument, NULL, CULVER_TEST_TAP},
	    {"verbose", no_argument, NULL, 'v'},
	    {"filter", required_argument, NULL, CULVER_TEST_FILTER},
	    {"color", required_argument, NULL, CULVER_TEST_COLOUR},
	    {"colour", required_argument, NULL, CULVER_TEST_COLOUR},
	    {"record", optional_argument, NULL, CULVER_TEST_RECORD},
	    {"print", required_argument, NULL, CULVER_TEST_PRINT}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	enum terminal_colour colour = TERMINAL_COLOUR_AUTO;
	struct rule_test_suite suite = {.write = culver_test_write};
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "vh", options, NULL)) != -1) {
		if (option == 'h')
			return culver_print(TEXT(culver_test_help));
		if (!culver_test_take_option(&suite, &colour, option, optarg))
			return culver_refuse_usage(
			    "test: unknown or incomplete option:", arguments[optind - 1]);
	}
	if (optind == count)
		return culver_refuse_usage("test: expected a file or a directory", NULL);
	if (suite.is_tap && suite.record != RULE_TEST_RECORD_NOTHING)
		return culver_refuse_usage(
		    "test: --record says what it wrote to people: not with --tap", NULL);
	suite.terminal =
	    terminal_look(STDOUT_FILENO, suite.is_tap ? TERMINAL_COLOUR_NEVER : colour);
	suite.paths = (const char *const *)(arguments + optind);
	suite.count = (size_t)(count - optind);
	return rule_test_suite_run(&suite);
}
