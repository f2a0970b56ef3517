# shellcheck shell=bash
# Odd messages for the side-by-side tests of the compatible programs: corpus DIRECTORY writes them, one a file.
# Each line says why it is there.

corpus() {
	local d=$1
	mkdir -p "$d"
	: >"$d/empty"                                       # nothing at all
	printf '\n' >"$d/newline"                           # one empty line
	printf '\n\n\n' >"$d/newlines"                      # several
	printf 'x' >"$d/byte"                               # one byte, no line end
	printf 'Subject: x' >"$d/unended-field"             # a header without a line end
	printf 'Subject: x\n' >"$d/header-only"             # a header without the empty line
	printf 'Subject: x\n\n' >"$d/no-body"               # a header and nothing behind it
	printf '\nbody only\n' >"$d/body-only"              # leading empty line: garbage to formail
	printf '\n\nSubject: late\nTo: b@y.test\n\nbody\n' >"$d/leading-lines"
	printf 'no header here\nSubject: x\n\nbody\n' >"$d/garbage-first"
	printf 'Subject: x\nno field here\nTo: b@y.test\n\nbody\n' >"$d/garbage-inside"
	printf 'From: Joe <joe@x.test>\nTo: b@y.test\nSubject: plain\nMessage-ID: <1@x.test>\nDate: Mon, 2 Jan 2023 10:00:00 +0000\n\nbody\nmore\n' >"$d/plain"
	printf 'From: joe@x.test (Joe (nested) B)\nSubject: comment\n\nbody without end' >"$d/unended-body"
	printf 'Subject: folded\n line two\n\tline three\nTo: a@x.test,\n b@y.test\nSubject: second\n\nbody\n' >"$d/folded"
	printf 'Subject:\n folded at once\nX-Empty:\nX-Blank: \nX-Two:  \nX-No:blank\nTo:a@x.test\n\nbody\n' >"$d/blanks"
	printf 'Received: a\nReceived: b\nReceived: c\nX-Same: 1\nx-same: 2\nX-SAME: 3\nX-Samer: 4\nSubject: dup\n\nb\n' >"$d/duplicates"
	printf 'Subject : blank before colon\nTo\t: tab@x.test\nFrom : early@x.test\n\nbody\n' >"$d/blank-before-colon"
	printf 'Subject: crlf\r\nTo: b@y.test\r\nX-Fold: a\r\n b\r\n\r\nbody\r\nFrom here\r\n' >"$d/crlf"
	printf 'Subject: bare\rreturn\nTo: b@y.test\n\nb\r\rody\n' >"$d/bare-cr"
	printf 'Subject: n\0ul\nX-A: a\0\nTo: b@y.test\n\nbo\0dy\n\0\n' >"$d/nul"
	printf 'Subject: gr\374n \303\274 \377\nX-\344: name\nTo: b@y.test\n\n\200\201 body\n' >"$d/eight-bit"
	printf 'From joe@x.test Mon Jan  2 10:00:00 2023\nSubject: with From_\nTo: b@y.test\n\nbody\nFrom me to you\n>From quoted\n\nFrom again\n' >"$d/from-line"
	printf 'From joe@x.test Mon Jan  2 10:00:00 2023\n>From uucp Mon Jan  2 10:00:00 2023 remote from hosta\n>From other Mon Jan  2 10:00:00 2023 remote from hostb\nSubject: uucp\n\nbody\n' >"$d/uucp"
	printf 'From hosta!joe Mon Jan  2 10:00:00 2023\nSubject: bang\n\nbody\n' >"$d/bang"
	printf 'From joe Mon Jan  2 10:00:00 2023 remote from hosta\nSubject: remote\n\nbody\n' >"$d/remote"
	printf 'From joe@x.test\nSubject: From_ without a date\n\nbody\n' >"$d/dateless"
	printf 'From a@x.test Mon Jan  2 10:00:00 2023\nFrom b@x.test Mon Jan  2 10:00:00 2023\nSubject: two From_\n\nb\n' >"$d/two-from-lines"
	printf 'Return-Path: <>\nFrom: MAILER-DAEMON@x.test\nTo: b@y.test\nSubject: bounce\n\nb\n' >"$d/null-path"
	printf 'Return-Path: <ret@x.test>\nFrom: "Doe, John" <doe@x.test>\nReply-To: reply@x.test\nSender: sender@x.test\nErrors-To: err@x.test\nResent-From: res@x.test\nSubject: RE: many senders\nMessage-ID: <2@x.test>\nReferences: <0@x.test>\n <1@x.test>\n\nbody\nFrom me\n' >"$d/senders"
	printf 'From: joe\nReply-To: joe@host\nSender: a!b!joe\nSubject:re: weak\n\nb\n' >"$d/weak-senders"
	printf 'From: Group: a@x.test, b@x.test;\nSubject: group\n\nb\n' >"$d/group"
	printf 'From: "quoted \\" part"@x.test (c) more\nSubject: quoted\n\nb\n' >"$d/quoted"
	printf 'From: joe@[192.0.2.1] , second@x.test\nSubject: literal\n\nb\n' >"$d/literal"
	printf 'From: <@a.test,@b.test:joe@c.test>\nSubject: route\n\nb\n' >"$d/route"
	printf 'From: J. R. Bob < joe @ x . test > trailing\nSubject: spaces\n\nb\n' >"$d/spaces"
	printf 'From: <<inner@x.test>>\nSubject: nested\n\nb\n' >"$d/nested-brackets"
	printf 'From: ,\nSubject: comma\n\nb\n' >"$d/comma"
	printf 'Content-Length: 10\nSubject: counted\n\n012345\nFrom a b\n\nrest\n' >"$d/counted"
	printf 'Content-Length: 1000\nSubject: too long\n\nshort\nFrom a b\n' >"$d/counted-long"
	printf 'Content-Length: 5\nSubject: exact\n\nabcde' >"$d/counted-exact"
	printf 'X-Loop: me@x.test\nFrom: joe@x.test\nSubject: Re: loop\nMessage-ID: <3@x.test>\n\none\n\nTo: looks like a field\n continued\nFrom here\n' >"$d/loop"
	printf 'Message-ID: \nFrom: joe@x.test\n\nb\n' >"$d/blank-id"
	printf 'Message-ID: <first@x.test>\nMessage-ID: <second@x.test>\nFrom: joe@x.test\n\nb\n' >"$d/two-ids"
	printf 'Old-Subject: older\nSubject: old\nOld-Old-To: x\nTo: b@y.test\n\nb\n' >"$d/old"
	printf 'From a@x.test Mon Jan  2 10:00:00 2023\nFrom: a@x.test\nSubject: one\nMessage-ID: <m1@x.test>\n\nbody one\nFrom the body\n\nFrom the body too\nFrom: not\n\nFrom b@x.test Mon Jan  2 11:00:00 2023\nSubject: two\nMessage-ID: <m2@x.test>\n\nbody two\nFrom c@x.test Mon Jan  2 12:00:00 2023\nSubject: not separated\n\nFrom d@x.test  Tue Jan  3 12:00:00 2023\nTo: three@x.test\nSubject: three\nMessage-ID: <m1@x.test>\n\nbody three' >"$d/mbox"
	printf 'preamble\n\nFrom: a@x.test\nSubject: d1\n\nbody1\n\nSubject: d2\nTo: b@y.test\n\nbody2\n\nX-Odd: 1\nX-Even: 2\nStrange: 3\n\nb3\n\nArticle 12 of comp.x\nFrom: art@x.test\nSubject: d4\n\nb4\n' >"$d/digest"
	printf 'Article 5 of alt.test:\nFrom: art@x.test\nSubject: first article\n\nb\n' >"$d/article"
	printf 'A: 1\nB: 2\n: no name\nC: 3\n\nb\n' >"$d/no-name"
	printf 'Subject: x\n \nTo: b@y.test\n\t\n\nb\n' >"$d/blank-folds"
	printf 'From: a@x.test\nSubject: \t tabs\tinside \t\nKeywords:\ta\n\nb\n' >"$d/tabs"
	{
		printf 'From: a@x.test\nSubject: '
		printf 'long %.0s' {1..40}
		printf '\n\nb\n'
	} >"$d/long-subject"
}
