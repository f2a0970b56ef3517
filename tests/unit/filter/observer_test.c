/*
 * What an observer of a run is told: each kind of observation, in the order of the run.
 */
#include "filter/engine/observer.h"

#include "base/buffer.h"
#include "filter/engine/plan.h"
#include "filter/engine/variable.h"
#include "filter/mailfilter/mailfilter.h"
#include "support/tap.h"

static const char message_of_test[] = "Received: one\n"
				      "Received: two\n"
				      "From: bob@example.org\n"
				      "Subject: a big offer\n"
				      "\n"
				      "first line\n"
				      "second line\n";

/* One run and the lines that the observer wrote of it. */
struct scene {
	struct arena arena;
	struct plan plan;
	struct variables *variables;
	struct buffer lines;
	struct filter_result result;
};

static void
write_text(struct buffer *lines, const char *name, struct text text)
{
	buffer_append_format(lines, " %s=\"", name);
	buffer_append(lines, text);
	buffer_append_byte(lines, '"');
}

static void
write_pattern(struct buffer *lines, const struct observation *observation)
{
	if (observation->kind == OBSERVATION_MATCH) {
		write_text(lines, "subject", observation->subject);
		buffer_append_format(lines, " %zu-%zu", observation->from, observation->to);
	}
	if (observation->kind == OBSERVATION_PATTERN)
		buffer_append_format(lines, " answer=%d lines=%zu tried=%zu", observation->answer,
		    observation->lines, observation->tried);
	if (observation->kind == OBSERVATION_LINE)
		write_text(lines, "subject", observation->subject);
	for (unsigned i = 0; i < observation->group_count; i++)
		write_text(lines, "group", observation->groups[i]);
}

static void
observe_scene(void *self, const struct observation *observation)
{
	struct scene *scene = self;
	struct buffer *lines = &scene->lines;
	struct place place = program_place(observation->program, observation->offset);

	buffer_append_format(
	    lines, "%s %u:%u", observer_kind_word(observation->kind), place.line, place.column);
	if (observation->depth > 0)
		buffer_append_format(lines, " depth=%u", observation->depth);
	if (observation->source.size > 0)
		write_text(lines, "source", observation->source);
	if (observation->name.size > 0)
		write_text(lines, "name", observation->name);
	if (observation->before.size > 0)
		write_text(lines, "before", observation->before);
	if (observation->value.size > 0)
		write_text(lines, "value", observation->value);
	if (observation->truth)
		buffer_append(lines, TEXT(" true"));
	if (observation->number > 0)
		buffer_append_format(lines, " %u", (unsigned)observation->number);
	write_pattern(lines, observation);
	buffer_append_byte(lines, '\n');
}

static void
scene_begin(struct scene *scene)
{
	*scene = (struct scene){.result = {.end = FILTER_END_FAILED}};
	arena_init(&scene->arena, NULL, 0);
	plan_init(&scene->plan, &scene->arena);
	buffer_init(&scene->lines, 1024 * 1024);
	scene->variables = variables_new(&scene->arena);
}

static void
scene_play(struct scene *scene, const char *rules, const char *wanted)
{
	const struct filter_observer observer = {observe_scene, scene};
	const struct program *program;
	struct error error;

	check(mailfilter_parse(
	    &scene->arena, TEXT("rules"), text_from_string(rules), &program, &error));
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&scene->arena, text_from_string(message_of_test)),
	    .variables = scene->variables,
	    .host = &plan_host,
	    .host_self = &scene->plan,
	    .observer = &observer,
	};
	scene->result = filter_run(&scene->arena, &input);
	check_text(buffer_text(&scene->lines), text_from_string(wanted));
}

static void
scene_end(struct scene *scene)
{
	buffer_clear(&scene->lines);
	arena_clear(&scene->arena);
}

static void
play(const char *rules, const char *wanted)
{
	struct scene scene;

	scene_begin(&scene);
	scene_play(&scene, rules, wanted);
	scene_end(&scene);
}

static void
patterns_that_match(void)
{
	play("if (/^Subject: (.*) big/)\n"
	     "   to \"./x\"\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"if (/^Subject: (.*) big/)\" name=\"if\"\n"
	    "match 1:1 source=\"/^Subject: (.*) big/\" subject=\"Subject: a big offer\" 0-14"
	    " group=\"Subject: a big\" group=\"a\"\n"
	    "pattern 1:5 source=\"/^Subject: (.*) big/\" name=\"header\" before=\"subject\" "
	    "value=\"1\" true answer=1 lines=1 tried=1\n"
	    "condition 1:1 source=\"/^Subject: (.*) big/\" name=\"if\" value=\"1\" true\n"
	    "statement 2:4 depth=1 source=\"to \"./x\"\" name=\"to\"\n"
	    "delivery 2:4 depth=1 name=\"to\" value=\"./x\"\n"
	    "end 1:1\n");
}

static void
patterns_that_do_not(void)
{
	play("/^From: alice/\n/^X-Nothing:/\n/zzz/:b\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"/^From: alice/\"\n"
	    "pattern 1:1 source=\"/^From: alice/\" name=\"header\" before=\"from\" value=\"0\" "
	    "answer=0 lines=1 tried=0\n"
	    "line 1:1 source=\"/^From: alice/\" subject=\"From: bob@example.org\"\n"
	    "statement 2:1 source=\"/^X-Nothing:/\"\n"
	    "pattern 2:1 source=\"/^X-Nothing:/\" name=\"header\" before=\"x-nothing\" value=\"0\""
	    " answer=0 lines=0 tried=0\n"
	    "statement 3:1 source=\"/zzz/:b\"\n"
	    "pattern 3:1 source=\"/zzz/:b\" name=\"body\" value=\"0\" answer=0 lines=0 tried=0\n"
	    "end 1:1\n");
}

static void
scores(void)
{
	play("/line/:b,2,1\n\"aXbX\" =~ /X/:1,1\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"/line/:b,2,1\"\n"
	    "match 1:1 source=\"/line/:b,2,1\" subject=\"first line\" 6-10 group=\"line\"\n"
	    "match 1:1 source=\"/line/:b,2,1\" subject=\"second line\" 7-11 group=\"line\"\n"
	    "pattern 1:1 source=\"/line/:b,2,1\" name=\"body\" value=\"4\" true answer=1 lines=2 "
	    "tried=2\n"
	    "statement 2:1 source=\"\"aXbX\" =~ /X/:1,1\"\n"
	    "match 1:1 source=\"/X/:1,1\" subject=\"aXbX\" 1-2 group=\"X\"\n"
	    "match 1:1 source=\"/X/:1,1\" subject=\"aXbX\" 3-4 group=\"X\"\n"
	    "pattern 2:11 source=\"/X/:1,1\" name=\"text\" value=\"2\" true answer=1 lines=0 "
	    "tried=0\n"
	    "end 1:1\n");
}

static void
conditions(void)
{
	play("if (\"a\" eq \"b\" && /^To:/ && /x/)\n"
	     "   to \"./x\"\n"
	     "elsif (2 < 10 || /^To:/)\n"
	     "   exit\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"if (\"a\" eq \"b\" && /^To:/ && /x/)\" name=\"if\"\n"
	    "comparison 1:5 source=\"\"a\" eq \"b\"\" name=\"eq\" before=\"a\" value=\"b\"\n"
	    "skipped 1:19 source=\"/^To:/ && /x/\" name=\"&&\"\n"
	    "condition 1:1 source=\"\"a\" eq \"b\" && /^To:/ && /x/\" name=\"if\" value=\"0\"\n"
	    "statement 3:1 source=\"elsif (2 < 10 || /^To:/)\" name=\"elsif\"\n"
	    "comparison 3:8 source=\"2 < 10\" name=\"<\" before=\"2\" value=\"10\" true\n"
	    "skipped 3:18 source=\"/^To:/\" name=\"||\"\n"
	    "condition 3:1 source=\"2 < 10 || /^To:/\" name=\"elsif\" value=\"1\" true\n"
	    "statement 4:4 depth=1 source=\"exit\" name=\"exit\"\n"
	    "end 1:1\n");
}

static void
changes_of_variables(void)
{
	play("A = \"x\" # why\nA=\"y$A\"\nunset A\nimport B\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"A = \"x\"\"\n"
	    "variable 1:1 source=\"=\" name=\"A\" value=\"x\"\n"
	    "statement 2:1 source=\"A=\"y$A\"\"\n"
	    "variable 2:1 source=\"=\" name=\"A\" before=\"x\" value=\"yx\" true\n"
	    "statement 3:1 source=\"unset A\" name=\"unset\"\n"
	    "variable 3:1 source=\"unset\" name=\"A\" before=\"yx\" true\n"
	    "statement 4:1 source=\"import B\" name=\"import\"\n"
	    "variable 4:1 source=\"import\" name=\"B\"\n"
	    "end 1:1\n");
}

static void
loops(void)
{
	play("while ($I < 1)\n   I=1\nforeach /^Received: (.*)/\n   log \"$MATCH1\"\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"while ($I < 1)\" name=\"while\"\n"
	    "round 1:1 name=\"while\" 1\n"
	    "comparison 1:8 source=\"$I < 1\" name=\"<\" value=\"1\" true\n"
	    "condition 1:1 source=\"$I < 1\" name=\"while\" value=\"1\" true\n"
	    "statement 2:4 depth=1 source=\"I=1\"\n"
	    "variable 2:4 source=\"=\" name=\"I\" value=\"1\"\n"
	    "round 1:1 name=\"while\" 2\n"
	    "comparison 1:8 source=\"$I < 1\" name=\"<\" before=\"1\" value=\"1\"\n"
	    "condition 1:1 source=\"$I < 1\" name=\"while\" value=\"0\"\n"
	    "statement 3:1 source=\"foreach /^Received: (.*)/\" name=\"foreach\"\n"
	    "pattern 3:9 source=\"/^Received: (.*)/\" name=\"header\" before=\"received\" "
	    "value=\"2\" true answer=1 lines=2 tried=2\n"
	    "round 3:1 name=\"foreach\" 1 group=\"Received: one\" group=\"one\"\n"
	    "statement 4:4 depth=1 source=\"log \"$MATCH1\"\" name=\"log\"\n"
	    "write 4:4 depth=1 name=\"log\" value=\"one\" true\n"
	    "round 3:1 name=\"foreach\" 2 group=\"Received: two\" group=\"two\"\n"
	    "statement 4:4 depth=1 source=\"log \"$MATCH1\"\" name=\"log\"\n"
	    "write 4:4 depth=1 name=\"log\" value=\"two\" true\n"
	    "end 1:1\n");
}

static void
commands_and_functions(void)
{
	struct plan_answer answer = {.status = 3, .output = TEXT("said\n")};
	struct scene scene;

	scene_begin(&scene);
	table_set(&scene.plan.answers, TEXT("ask"), &answer);
	scene_play(&scene, "A=`ask`\nB=length( \"abc\" )\nsystem \"ask\"\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"A=`ask`\"\n"
	    "command 1:3 name=\"`\" value=\"ask\" 3\n"
	    "variable 1:1 source=\"=\" name=\"A\"\n"
	    "statement 2:1 source=\"B=length( \"abc\" )\"\n"
	    "function 2:3 source=\"length( \"abc\" )\" name=\"length\" value=\"3\"\n"
	    "variable 2:1 source=\"=\" name=\"B\" value=\"3\"\n"
	    "statement 3:1 source=\"system \"ask\"\" name=\"system\"\n"
	    "command 3:1 name=\"system\" value=\"ask\" 3\n"
	    "end 1:1\n");
	scene_end(&scene);
}

static void
lookups(void)
{
	struct text patterns = TEXT("nobody\nb.b@\n");
	struct scene scene;

	scene_begin(&scene);
	table_set(&scene.plan.rules, TEXT("list"), &patterns);
	scene_play(&scene, "lookup( \"to bob@x\", \"list\" )\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"lookup( \"to bob@x\", \"list\" )\"\n"
	    "match 1:1 source=\"b.b@\" subject=\"to bob@x\" 3-7 group=\"bob@\"\n"
	    "function 1:1 source=\"lookup( \"to bob@x\", \"list\" )\" name=\"lookup\" value=\"1\"\n"
	    "end 1:1\n");
	scene_end(&scene);
}

static void
includes(void)
{
	struct text inner = TEXT("echo \"in\"\n");
	struct scene scene;

	scene_begin(&scene);
	table_set(&scene.plan.rules, TEXT("inner"), &inner);
	scene_play(&scene, "{\ninclude \"inner\"\n}\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 2:1 depth=1 source=\"include \"inner\"\" name=\"include\"\n"
	    "file 1:1 depth=1 name=\"inner\"\n"
	    "statement 1:1 source=\"echo \"in\"\" name=\"echo\"\n"
	    "write 1:1 name=\"echo\" value=\"in\" true\n"
	    "file-left 1:1 depth=1 name=\"inner\"\n"
	    "end 1:1\n");
	scene_end(&scene);
}

static void
locks_and_exceptions(void)
{
	struct outcome failure = {.class = OUTCOME_LATER, .reason = "full"};
	struct scene scene;

	scene_begin(&scene);
	table_set(&scene.plan.failures, TEXT("./x"), &failure);
	scene_play(&scene, "exception {\ndotlock \"l\" {\ncc \"./x\"\n}\n}\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"exception\" name=\"exception\"\n"
	    "statement 2:1 depth=1 source=\"dotlock \"l\"\" name=\"dotlock\"\n"
	    "lock 2:1 depth=1 name=\"dotlock\" value=\"l\" true\n"
	    "statement 3:1 depth=2 source=\"cc \"./x\"\" name=\"cc\"\n"
	    "delivery 3:1 depth=2 name=\"cc\" value=\"./x\"\n"
	    "unlock 2:1 depth=1 name=\"dotlock\"\n"
	    "caught 1:1 value=\"full\"\n"
	    "end 1:1\n");
	check_number(scene.result.end, FILTER_END_FALL_THROUGH);
	scene_end(&scene);
}

static void
edits_and_flags(void)
{
	play("addheader \"X-A\", \"one\"\nflag \"seen\"\nany(To, From) =~ /BOB/\ndiscard\n",
	    "file 1:1 name=\"rules\"\n"
	    "statement 1:1 source=\"addheader \"X-A\", \"one\"\" name=\"addheader\"\n"
	    "edit 1:1 name=\"addheader\" before=\"X-A\" value=\"one\"\n"
	    "statement 2:1 source=\"flag \"seen\"\" name=\"flag\"\n"
	    "variable 2:6 source=\"flag\" name=\"FLAGS\" value=\"S\"\n"
	    "statement 3:1 source=\"any(To, From) =~ /BOB/\"\n"
	    "match 1:1 source=\"/BOB/\" subject=\"bob@example.org\" 0-3 group=\"bob\"\n"
	    "function 3:1 source=\"any(To, From) =~ /BOB/\" name=\"any\" value=\"1\"\n"
	    "statement 4:1 source=\"discard\" name=\"discard\"\n"
	    "end 1:1\n");
}

int
main(void)
{
	test("a pattern that matches is told with its line, the place in it, and its groups",
	    patterns_that_match);
	test("a pattern that does not is told with the lines that it saw", patterns_that_do_not);
	test("a weighted pattern is told match by match, then with its score", scores);
	test("conditions are told with what was compared, and what was not looked at", conditions);
	test("a variable's change is told with what it was before", changes_of_variables);
	test("loops are told round by round", loops);
	test("commands are told with how they end, functions with their value",
	    commands_and_functions);
	test("a lookup is told with the pattern that matched", lookups);
	test("an included file is told when it is entered and when it is left", includes);
	test("locks, failed deliveries and the exception that goes on are told",
	    locks_and_exceptions);
	test("edits of the header, flags and lists of fields are told", edits_and_flags);
	return tests_end();
}
