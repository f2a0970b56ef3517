/*
 * The format of rule tests: how bytes are written, what each line becomes, and every error with its place.
 */
#include "rehearse/rule_test_file.h"

#include "rehearse/rule_test_expected.h"
#include "support/tap.h"

struct reading {
	struct arena arena;
	struct text copy;
	struct rule_test_file file;
	struct error error;
	bool is_good;
};

static void
read_text(struct reading *reading, struct text source)
{
	*reading = (struct reading){.copy = exact_copy(source)};
	arena_init(&reading->arena, NULL, 0);
	reading->is_good = rule_test_file_parse(
	    &reading->arena, TEXT("t"), reading->copy, &reading->file, &reading->error);
}

static void
reading_clear(struct reading *reading)
{
	arena_clear(&reading->arena);
	free((void *)(uintptr_t)reading->copy.data);
}

/* The error's place is all of its text up to the last of the two numbers. */
static void
check_refused(const char *source, const char *place, const char *words)
{
	struct reading reading;
	char front[64];

	read_text(&reading, text_from_string(source));
	check(!reading.is_good);
	struct text said = text_from_string(reading.error.text);
	snprintf(front, sizeof front, "t:%s: ", place);
	if (!text_has_prefix(said, text_from_string(front)) ||
	    text_find(said, 0, text_from_string(words)) == said.size) {
		printf("# of: %s\n", source);
		check_text(said, text_from_string(words));
		check_text(said, text_from_string(front));
	}
	reading_clear(&reading);
}

static void
errors_of_lines(void)
{
	check_refused("tset a\n", "1:1", "\"tset\" begins no line of a test");
	check_refused("\n# c\n  tset a\n", "3:3", "there are test, rules, message");
	check_refused("test\n", "1:5", "expected a name");
	check_refused("test \"a\n", "1:6", "no closing quote");
	check_refused("test \"a\" b\n", "1:9", "nothing may follow the closing quote");
	check_refused("test \"a\\q\"\n", "1:8", "no such escape");
	check_refused("test \"a\\x4\"\n", "1:8", "\\xHH");
	check_refused("test a\nbare x\n", "2:6", "nothing is expected behind this");
}

static void
errors_of_blocks(void)
{
	check_refused("rules <<END\na\n END\n", "1:7", "no line \"END\" ends this text");
	check_refused("rules <<\n", "1:7", "behind << stands one word");
	check_refused("rules <<A B\n", "1:7", "behind << stands one word");
	check_refused("rules\n", "1:6", "expected a file's name, or <<END");
	check_refused("message escaped <<E\nab\ncd\\q\nE\n", "3:3", "no such escape");
	check_refused("file a\n", "1:7", "expected a file's name");
	check_refused("file\n", "1:5", "expected the name that the rules use");
}

static void
errors_of_given(void)
{
	check_refused("header Subject\n", "1:8", "expected a header field");
	check_refused("header : x\n", "1:8", "expected a header field");
	check_refused("header a b: x\n", "1:8", "expected a header field");
	check_refused("header\n", "1:7", "expected a header field");
	check_refused("set A\n", "1:5", "expected NAME=VALUE");
	check_refused("setting =1\n", "1:9", "expected NAME=VALUE");
	check_refused("environment A B=1\n", "1:13", "expected NAME=VALUE");
	check_refused("envelope to a@b\n", "1:10", "the envelope has sender, recipient");
	check_refused("envelope sender\n", "1:16", "<> for none");
	check_refused("time soon\n", "1:6", "this is no time");
	check_refused("time 2026-13-01 10:00:00\n", "1:6", "this is no time");
	check_refused("time @12x\n", "1:6", "this is no time");
	check_refused("user\n", "1:5", "expected a user's name");
	check_refused("without\n", "1:8", "expected the name of a header field");
	check_refused("argument\n", "1:9", "expected a text");
	check_refused("body\n", "1:5", "expected a line of text");
	check_refused("answer\n", "1:7", "expected a command");
	check_refused(
	    "answer spamc -E prints x\n", "1:14", "a command of several words stands in quotes");
	check_refused("answer a status 256\n", "1:17", "expected an exit status, 0 to 255");
	check_refused("answer a status 1 sings\n", "1:19", "prints TEXT, adds HEADER, status N");
	check_refused("answer a prints\n", "1:16", "what it prints");
	check_refused("answer a hangs long\n", "1:16", "nothing is expected");
	check_refused("answer \"a\"x prints b\n", "1:11", "a blank must follow the closing quote");
	check_refused("database d\n", "1:11", "expected NAME=VALUE");
	check_refused("database\n", "1:9", "the name of a data base, and KEY=VALUE");
	check_refused("fail ./x\n", "1:9", "expected later or never");
	check_refused("fail a b later\n", "1:8", "a destination of several words stands in quotes");
}

static void
errors_of_expected(void)
{
	check_refused("test a\nexpect\n", "2:7", "can not be expected");
	check_refused("test a\nexpect frob\n", "2:8", "\"frob\" can not be expected");
	check_refused("test a\nexpect no frob\n", "2:11", "\"frob\" can not be expected");
	check_refused("test a\nexpect to\n", "2:10", "expected a text behind it");
	check_refused("test a\nexpect unlock x\n", "2:15", "nothing is expected behind this");
	check_refused("test a\nexpect status x\n", "2:15", "expected an exit status");
	check_refused(
	    "test a\nexpect end well\n", "2:12", "fall-through, delivered, exit or failed");
	check_refused("test a\nexpect end exit x\n", "2:17", "expected an exit status");
	check_refused("test a\nexpect header x\n", "2:15", "expected a header field");
	check_refused("test a\nexpect variable A\n", "2:17", "expected NAME=VALUE");
	check_refused("test a\nexpect body\n", "2:12", "expected a file's name");
	check_refused("test a\nexpect pipe\n", "2:12", "expected a program");
	check_refused("expect to x\n", "1:8", "before the first `test` only");
	check_refused("or\n", "1:3", "`or` stands between two `expect` lines");
	check_refused("test a\nor\n", "2:3", "`or` stands between two `expect` lines");
	check_refused("test a\nexpect keep\nor\nor\n", "4:3", "`or` stands between");
	check_refused(
	    "test a\nexpect keep\nor\ntest b\n", "1:1", "nothing is expected behind the last `or`");
	check_refused(
	    "test a\nexpect keep\nor\n", "1:1", "nothing is expected behind the last `or`");
}

static void
bounds_hold(void)
{
	char *many = malloc(20 * (RULE_TEST_FILE_LINES_MAX + 2));
	size_t size = 0;

	for (int i = 0; i <= RULE_TEST_FILE_LINES_MAX; i++)
		size += (size_t)snprintf(many + size, 20, "set A=1\n");
	check_refused(many, "10001:5", "gives at most 10000 things");
	size = (size_t)snprintf(many, 20, "test a\n");
	for (int i = 0; i <= RULE_TEST_FILE_LINES_MAX; i++)
		size += (size_t)snprintf(many + size, 20, "expect keep\n");
	check_refused(many, "10002:8", "expects at most 10000 things");
	free(many);
}

/* The one `body` line of a file with one test. */
static void
check_body(struct text source, struct text wanted)
{
	struct reading reading;

	read_text(&reading, source);
	check(reading.is_good);
	if (reading.is_good) {
		check_number((long long)reading.file.top.given_count, 1);
		check_text(reading.file.top.given[0].source.text, wanted);
	}
	reading_clear(&reading);
}

static void
bytes_are_exact(void)
{
	check_body(TEXT("body hello \\n \n"), TEXT("hello \\n\n"));
	check_body(TEXT("body \"hello \\n \"\n"), TEXT("hello \n "));
	check_body(TEXT("body \"\\\"\\\\\\r\\t\\x00\\xfF\""), TEXT("\"\\\r\t\0\xff"));
	check_body(TEXT("body \"\"\n"), TEXT(""));
	check_body(TEXT("body <<E\nE\n"), TEXT(""));
	check_body(TEXT("body <<E\n\n a \r\n\0\xff\\n\n# x\n E\nE\n"),
	    TEXT("\n a \r\n\0\xff\\n\n# x\n E\n"));
	check_body(TEXT("body <<E\r\na\r\nE\r\n"), TEXT("a\r\n"));
	check_body(TEXT("body escaped <<E\na\\x00\\r\nb\\\nc\\\nE"), TEXT("a\0\r\nbc"));
	check_body(TEXT("body escaped words\n"), TEXT("escaped words\n"));
}

static void
values_of_given(void)
{
	struct reading reading;

	read_text(
	    &reading, TEXT("time 2026-11-22 10:00:00\ntime 2026-11-22T10:00:00Z\n"
			   "time Sun, 22 Nov 2026 11:00:00 +0100\ntime @1795341600\n"
			   "envelope sender <>\nuser eve\nanswer \"a b\" status 3 prints x\n"
			   "answer * hangs\nfail ./x never gone for good\nset A = \" b\"\nset B=\n"
			   "header X: \"q\" r\nheader \"Y: a\\n b\"\nfile n <<E\nE\n"));
	check(reading.is_good);
	const struct rule_test_given *given = reading.file.top.given;
	/* date -u -d '2026-11-22 10:00:00' +%s */
	for (int i = 0; i < 4; i++)
		check_number(given[i].number, 1795341600);
	check_text(given[4].value, TEXT(""));
	check_text(given[5].value, TEXT("/home/eve"));
	check_text(given[6].name, TEXT("a b"));
	check_number(given[6].number, 3);
	check_text(given[6].value, TEXT("x\n"));
	check_text(given[7].name, TEXT("*"));
	check(given[7].how == RULE_TEST_HANGS);
	check(given[8].how == RULE_TEST_NEVER);
	check_text(given[8].value, TEXT("gone for good"));
	check_text(given[9].value, TEXT(" b"));
	check_text(given[10].value, TEXT(""));
	check_text(given[11].value, TEXT("\"q\" r"));
	check_text(given[12].value, TEXT("a\n b"));
	check(given[13].source.form == RULE_TEST_SOURCE_BYTES);
	check_number(given[13].line, 14);
	reading_clear(&reading);
}

static void
lists_of_expected(void)
{
	struct reading reading;

	read_text(&reading,
	    TEXT("expect nothing else\n\ntest one\nexpect to \"./a b\"\n  or\n\texpect no cc\n"
		 "expect end exit 67\n\ntest two # 2\nrules r\n"));
	check(reading.is_good);
	check_number((long long)reading.file.count, 2);
	const struct rule_test *test = &reading.file.tests[0];
	check_text(test->name, TEXT("one"));
	check_number(test->line, 3);
	check_number(test->alternatives, 2);
	check_number((long long)test->expected_count, 3);
	check_number(test->expected[0].alternative, 0);
	check_number(test->expected[1].alternative, 1);
	check(test->expected[1].is_negated);
	check_number(test->expected[1].line, 6);
	check_number(test->expected[1].column, 2);
	check_number(test->expected[2].number, 67);
	check_number((long long)test->range_count, 4);
	check_text(
	    text_slice(reading.copy, test->ranges[1].start, test->ranges[1].end), TEXT("  or\n"));
	check_text(reading.file.tests[1].name, TEXT("two # 2"));
	check_number((long long)reading.file.tests[1].end, (long long)reading.copy.size);
	reading_clear(&reading);
}

/* Written back, a line is what it was. */
static void
lines_come_back(void)
{
	static const char *const lines[] = {"to ./a b", "to \"\"", "keep", "keep ./x", "to \" a\"",
	    "no cc", "cc-mailbox Work/Entwürfe", "pipe prog \"a b\" c", "echo",
	    "echo \"\\x01\\t\\\"\\\\\"", "nothing else", "no other delivery", "header X: a b",
	    "no header X", "variable A=\" \"", "variable A=", "no variable A", "status 67",
	    "end exit 3", "end fall-through", "reject gone", "later", "flags FS", "keyword $Label1",
	    "unlock"};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char source[128];
		struct reading reading;
		struct buffer out;
		snprintf(source, sizeof source, "test a\nexpect %s\n", lines[i]);
		read_text(&reading, text_from_string(source));
		check(reading.is_good);
		buffer_init(&out, 1000);
		if (reading.is_good)
			rule_test_expected_append(&out, &reading.file.tests[0].expected[0]);
		check_text(buffer_text(&out), text_from_string(lines[i]));
		buffer_clear(&out);
		reading_clear(&reading);
	}
}

int
main(void)
{
	test("a line that makes no sense is refused with its place", errors_of_lines);
	test("a text without its end or with a wrong escape is refused with its place",
	    errors_of_blocks);
	test("what a test gives is refused with its place when it makes no sense", errors_of_given);
	test("what a test expects is refused with its place when it makes no sense",
	    errors_of_expected);
	test("a test with too many lines is refused", bounds_hold);
	test("every byte of a text is what the file says", bytes_are_exact);
	test("the lines of what is given have their values", values_of_given);
	test("expectations have their list, their place and their bytes", lists_of_expected);
	test("an expectation is written as it was read", lines_come_back);
	return tests_end();
}
