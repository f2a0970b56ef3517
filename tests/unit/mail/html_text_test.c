/*
 * HTML as text: each input is read whole, with every cut into two, and byte by byte. What is wanted
 * is what HTML 5 and CSS say that a browser shows, in the form that html_text.h gives it.
 */
#include "mail/html/html_text.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "mail/html/html_element.h"
#include "mail/html/html_entity.h"
#include "mail/html/html_token.h"

static struct html_text_facts
read_html(struct text body, size_t cut, size_t step, struct buffer *out)
{
	char *piece = malloc(HTML_TEXT_OUT_MIN);
	struct arena arena;
	size_t at = 0, size;

	arena_init(&arena, NULL, 0);
	struct html_text *html = html_text_new(&arena);
	while (at < body.size) {
		size_t end = at < cut ? cut : at + step;
		end = end > body.size ? body.size : end;
		struct text copy = exact_copy(text_slice(body, at, end)), input = copy;
		do {
			size = html_text_take(html, &input, false, piece, HTML_TEXT_OUT_MIN);
			buffer_append(out, (struct text){piece, size});
		} while (input.size > 0);
		free((void *)(uintptr_t)copy.data);
		at = end;
	}
	struct text nothing = {NULL, 0};
	while ((size = html_text_take(html, &nothing, true, piece, HTML_TEXT_OUT_MIN)) > 0)
		buffer_append(out, (struct text){piece, size});
	struct html_text_facts facts = html_text_facts(html);
	arena_clear(&arena);
	free(piece);
	return facts;
}

static struct html_text_facts
check_html_at(struct text body, struct text wanted, int line)
{
	struct html_text_facts facts = {0};
	struct buffer out;

	buffer_init(&out, 1000000);
	for (size_t cut = 0; cut <= body.size; cut++) {
		buffer_reset(&out);
		facts = read_html(body, cut, body.size + 1, &out);
		check_text_at(buffer_text(&out), wanted, __FILE__, line);
	}
	buffer_reset(&out);
	read_html(body, 0, 1, &out);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	buffer_clear(&out);
	return facts;
}

#define check_html(body, wanted) check_html_at(TEXT(body), TEXT(wanted), __LINE__)

static void
tags_go_and_blocks_become_lines(void)
{
	check_html("", "");
	check_html(" \n ", "");
	check_html("plain", "plain\n");
	check_html("a <b>b</b>\n\n c", "a b c\n");
	check_html("<p>one</p><p>two", "one\n\ntwo\n");
	check_html("<div>one</div><div><div>two</div></div>three", "one\ntwo\nthree\n");
	check_html("one<br>two<br/><br><br><br>three", "one\ntwo\n\nthree\n");
	check_html("<h1> Head </h1>text<hr>end", "Head\n\ntext\n\nend\n");
	check_html("<head><title>T</title></head><body>x</body></html>", "T\n\nx\n");
	check_html("a</p>b", "a\n\nb\n");
	check_html("un<wbr>bro<span>ken</span>", "unbroken\n");
}

static void
lists_tables_and_pre_keep_their_form(void)
{
	check_html("<ul><li>a<li>b</ul>c", "* a\n* b\n\nc\n");
	check_html("<ol><li>a</li><li>b<ul><li>c</ul><li>d</ol>", "1. a\n2. b\n* c\n3. d\n");
	check_html("<ul><li></li><li>b</ul>", "* b\n");
	check_html("<table><tr><td>a<td>b<tr><th>c</th> <td> d </table>e", "a\tb\nc\td\ne\n");
	check_html("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a\tb\nc\n");
	check_html("<dl><dt>t<dd>d</dl>", "t\nd\n");
	check_html("x<pre>\n a  b\r\n\n\tc</pre>y  z", "x\n\n a  b\n\n\tc\n\ny z\n");
	check_html("<p style='white-space: pre-wrap'>a\n  b</p>", "a\n  b\n");
	check_html("<q>a</q>", "\"a\"\n");
}

static void
comments_and_declarations_give_nothing(void)
{
	check_html("a<!-- b -->c<!---->d<!-->e<!--->f<!-- - -- > -->g<!-- x --!>h", "acdefgh\n");
	check_html("<!doctype html>a<?xml b?>c</ d>e</>f<!e>g", "acefg\n");
	check_html("a<![CDATA[b]]>c", "ac\n");
	check_html("<!--[if mso]><p>a</p><![endif]-->b<![if !mso]>c<![endif]>", "bc\n");
	check_html("a<!-- never closed > b", "a\n");
	check_html("a<!-- <!-- b --> c", "a c\n");
}

static void
what_is_no_tag_is_text(void)
{
	check_html("1 < 2 <3 <", "1 < 2 <3 <\n");
	check_html("a </", "a </\n");
	check_html("a<b", "a\n");
	check_html("a<b title='>'>b</b >c< /b>", "abc< /b>\n");
	check_html("<p a=1 a='2' =3 b = \"x\"y>z", "z\n");
	check_html("<a/b/c>d</a/e f=g>h", "dh\n");
	check_html("a\0b\x01"
		   "c\x7f"
		   "d\x0b"
		   "e",
	    "abcd e\n");
	check_html("a\xff\xc3(\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\n");
	check_html("\xed\xa0\x80", "\xef\xbf\xbd\n");
}

static void
scripts_and_styles_are_left_out(void)
{
	check_html("a<script>if (x<y) '</p>'; </scrip></script >b", "ab\n");
	check_html("a<STYLE>p{}</b></style\n>b<style>never closed", "ab\n");
	check_html("<script><!-- <script> </script> --></script>a", "a\n");
	check_html("<script><!-- </script>a", "a\n");
	check_html("<script><!--></script>a", "a\n");
	check_html("a<template>b</template>c<noscript>d</noscript>", "ac\nd\n");
	check_html("<title>a<b>&amp;</b></titl></title>c", "a<b>&</b></titl>\n\nc\n");
	check_html("<textarea>\na <i>b</textarea>c", "a <i>b\nc\n");
	check_html(
	    "<xmp>&amp;<b></xmp><plaintext>&amp;</plaintext>", "&amp;<b>\n\n&amp;</plaintext>\n");
}

static void
references_become_characters(void)
{
	check_html("&lt;&gt;&amp;&quot;&eacute;&euro;", "<>&\"\xc3\xa9\xe2\x82\xac\n");
	check_html("&lt&ampx &eacutee &notit; &notin;", "<&x \xc3\xa9"
							"e \xc2\xacit; \xe2\x88\x89\n");
	check_html("&hellip &hellip; &nosuch; & &; &#; &#x; &#xg;",
	    "&hellip \xe2\x80\xa6 &nosuch; & &; &#; &#x; &#xg;\n");
	check_html("&#65;&#x42;&#X43&#68 &#0069;", "ABCD E\n");
	check_html("&#128;&#x93;&#146;", "\xe2\x82\xac\xe2\x80\x9c\xe2\x80\x99\n");
	check_html("&#0;&#xD800;&#x110000;&#99999999999999999999;",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n");
	check_html("&NotEqualTilde;&fjlig;", "\xe2\x89\x82\xcc\xb8"
					     "fj\n");
	check_html("&CounterClockwiseContourIntegral;", "\xe2\x88\xb3\n");
	check_html("&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;\n");
	check_html("&amp", "&\n");
	check_html("&am", "&am\n");
	check_html("&#65", "A\n");
	check_html("a&nbsp;&nbsp;b&ensp;c", "a b\xe2\x80\x82"
					    "c\n");
}

static void
links_stand_behind_their_text(void)
{
	struct html_text_facts facts =
	    check_html("<a href='https://x.test/?a=1&amp;b=2&copy=3'>here</a>.",
		"here <https://x.test/?a=1&b=2&copy=3>.\n");
	check_number(facts.links, 1);
	check_html("<a href=http://x.test/>http://x.test</a>", "http://x.test\n");
	check_html("<a href=https://X.test/y>x.test/y</a>", "x.test/y\n");
	check_html("<a href=mailto:joe@x.test>Joe@x.test</a>", "Joe@x.test\n");
	check_html("<a href='https://evil.test'>https://bank.test</a>",
	    "https://bank.test <https://evil.test>\n");
	check_html("<a href='#top'>up</a><a name=x>y</a><a href=''>z</a>", "upyz\n");
	check_html("<a href=' ht\ntp://x.test/a b<c> '>t</a>", "t <http://x.test/a%20b%3Cc%3E>\n");
	check_html("<a href=http://x.test><img src=y alt='Logo'></a>", "Logo <http://x.test>\n");
	check_html("<a href=http://x.test><img src=y></a>", "<http://x.test>\n");
	check_html(
	    "<a href=http://x.test><div>Button</div></a>after", "Button <http://x.test>\nafter\n");
	check_html("<a href=http://1.test>a<a href=http://2.test>b",
	    "a <http://1.test>b <http://2.test>\n");
	check_html("<map><area href=http://x.test alt=A></map>", "A <http://x.test>\n");
	check_html("<a href='\0'>t</a><a href='http://x.test/\0\x01\x7f\xff'>u</a>",
	    "tu <http://x.test/>\n");
	check_html("<input type=submit value=Send><input type=hidden value=no>", "Send\n");
}

static void
what_is_hidden_is_left_out_and_told(void)
{
	check(check_html("a<p hidden>b</p>c", "ac\n").hides_text);
	check(check_html("a<i style=\"DISPLAY : none !important\">b<b>c</b></i>d", "ad\n")
		  .hides_text);
	check(check_html("<i style='display/**/:/* x */none'>b</i>d", "d\n").hides_text);
	check(check_html("<i style='opacity:0.0'>b</i>d", "d\n").hides_text);
	check(check_html("<i style='max-height:0px;overflow:hidden'>b</i>d", "d\n").hides_text);
	check(check_html(
	    "<i style='visibility:hidden'>b<u style='visibility:visible'>c</u></i>d", "cd\n")
		  .hides_text);
	check(check_html("<i style='font-size:0'>b<u style='font-size:9px'>c<s "
			 "style='font-size:0em'>x</s></u><u style='font-size:2em'>y</u></i>d",
	    "cd\n")
		  .hides_text);
	check(check_html("<img width=0 height='0' alt='b'>d", "d\n").hides_text);
	check(check_html("<a href=http://x.test style=display:none>b</a>d", "d\n").hides_text);
	/* Nothing would have been seen. */
	check(!check_html("<i hidden> &nbsp;&zwnj; <br></i>d", "d\n").hides_text);
	check(!check_html("<script>a</script><style>b</style><!-- c -->d", "d\n").hides_text);
	/* These hide nothing. */
	check(
	    !check_html("<i style='max-height:0'>b</i><i style='display:none;display:inline'>c</i>"
			"<i style='opacity:0.9;font-size:0.5em'>d</i>",
		"bcd\n")
		 .hides_text);
}

static void
what_is_hidden_ends_where_browsers_end_it(void)
{
	check_html("<p style='display:none'>a<p>b", "b\n");
	check_html("<ul><li hidden>a<li>b</ul>", "* b\n");
	check_html("<table><tr><td hidden>a<td>b<tr hidden><td>c<tr><td>d</table>", "b\nd\n");
	check_html("<div hidden><table><tr><td></div>a</table>b</div>c", "c\n");
	check_html("<b><div hidden></b>a</div>b", "b\n");
	check_html("<b hidden><div>a</b>b</div>c", "b\nc\n");
	check_html("<div hidden><span></div>a", "a\n");
	check_html("<div><x-y hidden>a</div>b", "b\n");
	check_html("<x-y hidden>a</x-z>b</x-y>c", "c\n");
	check_html("<span hidden>a</body></html>b", "");
	check_html("<div hidden/>a</div>b", "b\n");
	check_html("<br hidden>a", "a\n");
}

static void
characters_that_nobody_sees_are_left_out(void)
{
	check_html("v\xe2\x80\x8bi\xc2\xad"
		   "a\xe2\x80\x8cg\xef\xbb\xbfr\xe2\x81\xa0"
		   "a",
	    "viagra\n");
	check_html("&shy;&zwj;a&#8203;b\xe2\x80\xaeX\xf3\xa0\x81\x81", "abX\n");
	/* Persian, and an emoji of two. */
	check_html(
	    "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\n");
	check_html("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
	    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\n");
	check_html("a\xc2\xa0\xc2\xa0"
		   "b\xe2\x80\xa8"
		   "c",
	    "a b c\n");
}

/* --- Bounds ------------------------------------------------------------------------------------- */

static void
append_times(struct buffer *out, const char *bytes, int times)
{
	while (times-- > 0)
		buffer_append(out, text_from_string(bytes));
}

static void
bounds_are_told_and_hide_nothing(void)
{
	struct buffer body, out;

	buffer_init(&body, 1000000);
	buffer_init(&out, 1000000);
	append_times(&body, "<div>", 600);
	append_times(&body, "<p hidden>deep</p>", 1);
	append_times(&body, "</div>", 600);
	buffer_append(&body, TEXT("end"));
	struct html_text_facts facts = read_html(buffer_text(&body), 0, 1000, &out);
	check(facts.truncated && !facts.hides_text);
	check_text(buffer_text(&out), TEXT("deep\n\nend\n"));

	buffer_reset(&body);
	buffer_reset(&out);
	append_times(&body, "<a href='http://x.test/", 1);
	append_times(&body, "y", 3000);
	append_times(&body, "'>t</a><img src='", 1);
	facts = read_html(buffer_text(&body), 0, 1000, &out);
	check(facts.truncated);
	check_number((long long)out.size, 2 + HTML_TEXT_VALUE_MAX + 3);

	buffer_reset(&body);
	buffer_reset(&out);
	append_times(&body, "<img src='data:", 1);
	append_times(&body, "y", 3000);
	append_times(&body, "'>z", 1);
	facts = read_html(buffer_text(&body), 0, 1000, &out);
	check(!facts.truncated);
	check_text(buffer_text(&out), TEXT("z\n"));

	buffer_reset(&body);
	buffer_reset(&out);
	append_times(&body, "<", 1);
	append_times(&body, "y", 3000);
	append_times(&body, ">z", 1);
	check(read_html(buffer_text(&body), 0, 7, &out).truncated);
	check_text(buffer_text(&out), TEXT("z\n"));
	buffer_clear(&body);
	buffer_clear(&out);
}

/* Steps that the tokenizer takes, which are bound by the bytes it is given. */
static size_t
count_tokens(struct text input)
{
	struct html_tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
	struct text text;
	size_t count = 1;

	html_tokenizer_init(tokenizer);
	while (html_token_next(tokenizer, &input, true, &text) != HTML_TOKEN_NONE)
		count++;
	free(tokenizer);
	return count;
}

/* Inputs that make a quadratic reader slow end in no time here; and the text stays within four times
 * the input. */
static void
hostile_input_is_read_in_linear_time(void)
{
	static const char *const pieces[] = {"<div>", "<b>", "</a>", "<!--", "<![CDATA[", "&", "&#",
	    "<a href=http://x.test>", "<p><b>", "<table><tr><td>", "</x-1>", "<x-2 hidden>",
	    "<a b='", "<li>x", "<script><!--", "\xe2\x80", "<b><div></b></div>", "<",
	    "&CounterClockwise"};
	struct buffer body, out;

	buffer_init(&body, 4000000);
	buffer_init(&out, 16000000);
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		buffer_reset(&body);
		buffer_reset(&out);
		append_times(&body, pieces[i], 1000000 / (int)strlen(pieces[i]));
		read_html(buffer_text(&body), 0, 65536, &out);
		check(!buffer_is_overfull(&out) && out.size <= 4 * body.size);
		check(count_tokens(buffer_text(&body)) <= body.size + 2);
	}
	buffer_clear(&body);
	buffer_clear(&out);
}

/* --- Tables ------------------------------------------------------------------------------------- */

static void
the_tables_are_sorted_and_whole(void)
{
	static const char *const names[] = {"AElig", "Zopf", "amp", "zwnj", "zeetrf", "Aacute"};
	static const char *const elements[] = {"a", "address", "xmp", "td", "h1", "wbr"};
	struct html_entity entity;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		check(html_entity_find(text_from_string(names[i]), &entity));
	check(!html_entity_find(TEXT(""), &entity) && !html_entity_find(TEXT("AMPx"), &entity));
	check(html_entity_find(TEXT("AMP"), &entity) && entity.is_legacy &&
	      entity.characters[0] == '&');
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		check(html_element_find(text_from_string(elements[i])) < HTML_ELEMENTS);
	check(html_element_find(TEXT("h7")) == HTML_ELEMENTS);
	check(html_element_find(TEXT("td")) == HTML_ELEMENT_TD);
	check(html_element_find(TEXT("h1")) == HTML_ELEMENT_H1);
	check(html_element_find(TEXT("xmp")) == HTML_ELEMENT_XMP);
}

int
main(void)
{
	test("tags go and blocks become lines", tags_go_and_blocks_become_lines);
	test("lists, tables and pre keep their form", lists_tables_and_pre_keep_their_form);
	test("comments and declarations give nothing", comments_and_declarations_give_nothing);
	test("what is no tag is text", what_is_no_tag_is_text);
	test("scripts and styles are left out", scripts_and_styles_are_left_out);
	test("references become characters", references_become_characters);
	test("links stand behind their text", links_stand_behind_their_text);
	test("what is hidden is left out and told", what_is_hidden_is_left_out_and_told);
	test(
	    "what is hidden ends where browsers end it", what_is_hidden_ends_where_browsers_end_it);
	test("characters that nobody sees are left out", characters_that_nobody_sees_are_left_out);
	test("bounds are told and hide nothing", bounds_are_told_and_hide_nothing);
	test("hostile input is read in linear time", hostile_input_is_read_in_linear_time);
	test("the tables are sorted and whole", the_tables_are_sorted_and_whole);
	return tests_end();
}
