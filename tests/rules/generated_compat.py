"""Random rules files and messages, run by maildrop 2.9.3 and by culver-deliver; both must do the same.

generated_compat.py MAILDROP DELIVER CONFIG DEVIATIONS HOME:USER[,HOME:USER] SEED COUNT|SECONDSs [KEEP]

Each case has a number (SEED/N), from which its rules, message, arguments and mode are made, so that any case can be
made again. Compared are standard output, the exit status, and every file that was written: mailboxes but for the date
in their From_ lines, Maildirs but for the unique names, the rules' log but for its dates. A case may hold at most one
construct in which Culver deviates; the file DEVIATIONS lists them, each by the name of its row in doc/tolerance.md. A
difference in a case without such a construct is a failure, and so is a deviation that no case shows. KEEP is a
directory for the cases that differ. Prints TAP.
"""

import os
import pwd
import random
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time

TIME_LIMIT = 6
WORDS = ["hello", "World", "alpha", "Beta", "list", "spam", "caf\u00e9", "x", "report", "42", "10%", "dove"]


class Source:
    """What messages and rules have in common: a random source, and the deviation that this case may show."""

    def __init__(self, seed, allowed):
        self.random = random.Random(seed)
        self.allowed = allowed
        self.shown = False

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *choices):
        return self.random.choice(choices)

    def deviates(self, name, share=0.5):
        """True when the case is to hold this deviation here."""
        if self.allowed == name and self.chance(share):
            self.shown = True
            return True
        return False

    def word(self):
        return self.random.choice(WORDS)

    def words(self, low=1, high=5):
        return " ".join(self.word() for _ in range(self.random.randint(low, high)))


class Message(Source):
    """A message, as bytes."""

    def encoded_word(self, text):
        charset = self.pick("utf-8", "UTF-8", "iso-8859-1", "windows-1252", "iso-8859-15")
        if self.deviates("unknown-charset"):
            charset = "x-nope"
        raw = text.encode("utf-8" if charset in ("utf-8", "UTF-8", "x-nope") else charset)
        if self.chance(0.5):
            import base64
            return "=?%s?%s?%s?=" % (charset, self.pick("B", "b"), base64.b64encode(raw).decode())
        body = "".join("_" if c == 32 else chr(c) if chr(c).isalnum() and c < 128 else "=%02X" % c for c in raw)
        return "=?%s?%s?%s?=" % (charset, self.pick("Q", "q"), body)

    def fold(self):
        return self.pick("\n ", "\n\t", "\n  ")

    def text_value(self):
        parts = []
        for _ in range(self.random.randint(1, 4)):
            parts.append(self.encoded_word(self.words(1, 2)) if self.chance(0.25) else self.words(1, 3))
        return "".join(p + (self.fold() if self.chance(0.15) else " ") for p in parts[:-1]) + parts[-1]

    def address(self):
        local = self.pick("joe", "Jane.Doe", "a+b", "list-owner", "x_y")
        where = local + "@" + self.pick("example.com", "Example.ORG", "a.b.test")
        kind = self.random.randrange(7)
        if kind < 2:
            return where
        if kind == 2:
            return "%s <%s>" % (self.pick("Joe Brown", "Jane", "Dr X"), where)
        if kind == 3:
            return '"%s" <%s>' % (self.pick("Brown, Joe", "Joe", "a.b"), where)
        if kind == 4:
            return "%s (%s)" % (where, self.pick("Joe Brown", "office"))
        if kind == 5:
            return "%s <%s>" % (self.encoded_word(self.pick("caf\u00e9 Joe", "Beta")), where)
        return "<%s>" % where

    def addresses(self):
        text = self.address()
        for _ in range(self.random.randrange(3)):
            text += "," + (self.fold() if self.chance(0.3) else " ") + self.address()
        return text

    def header_field(self):
        kind = self.random.randrange(16)
        if kind == 0:
            return "X-Empty:"
        if kind == 1:
            return "X-Glued:" + self.words()
        if kind == 2:
            return "X-Trailing: " + self.words() + "   "
        if kind == 3:
            return "x-case: " + self.words()
        if kind == 4:
            return "List-Id: %s <list.example.org>" % self.pick("A list", '"Quoted list"', "")
        if kind == 5:
            return "Received: from a.test (b.test [192.0.2.1])\n\tby c.test with ESMTP id 42\n\tfor <joe@example.com>;" \
                " Mon, 1 Jan 2024 10:00:00 +0000"
        if kind == 6:
            return "X-Folded: " + self.word() + self.fold() + self.words() + self.fold() + self.word()
        if kind == 7:
            return "X-Long: " + "long words " * self.random.randint(50, 400) + "end"
        if kind == 8:
            return "%s: %s" % (self.pick("Cc", "Resent-To", "Reply-To", "Sender", "Resent-Cc"), self.addresses())
        if kind == 9:
            return "X-Spam-Status: Yes, score=%d.%d" % (self.random.randrange(20), self.random.randrange(10))
        if kind == 10:
            return "X-8bit: caf\u00e9 " + self.word()
        if kind == 11:
            return "Precedence: " + self.pick("bulk", "list", "junk")
        if kind == 12 and self.deviates("nul-in-line"):
            return "X-Nul: before\0after " + self.word()
        if kind == 13 and self.deviates("header-8bit-kept"):
            return "X-8bit: caf\udce9 " + self.word()
        return "X-%s: %s" % (self.pick("One", "Two", "Three"), self.text_value())

    def lines(self):
        out = []
        for _ in range(self.random.randint(1, 8)):
            out.append(self.pick(self.words(1, 8), self.words(1, 8), "From " + self.words(), ">From " + self.word(), "",
                                 "  indented " + self.word(), "tab\t" + self.word() + " ", ".", "-- ", "Subject: " + self.word(),
                                 "http://example.com/?q=" + self.word(), "$HOME `x` \"q\" \\n", "y" * 300))
        if self.deviates("nul-in-line", 0.3):
            out.append("nul\0hidden " + self.word())
        if self.deviates("eight-bit", 0.5):
            out.append("caf\udce9 " + self.word())
        return out

    def part(self, depth):
        kind = self.random.randrange(8)
        if kind == 0 and depth < 3:
            return self.multipart(depth + 1)
        if kind == 1 and depth < 3:
            return "Content-Type: message/rfc822\n\n" + self.whole(depth + 1, False) + "\n"
        text = "\n".join(self.lines()) + "\n"
        charset = self.pick("utf-8", "iso-8859-1", "windows-1252", '"UTF-8"')
        if self.deviates("unknown-charset"):
            charset = "x-nope"
        kind = self.pick("text/plain", "text/html", "text/plain", "application/octet-stream", "TEXT/Plain", "image/png")
        head = "Content-Type: %s; charset=%s" % (kind, charset)
        if self.chance(0.2):
            head += ';\n name="%s.txt"' % self.word().replace("\u00e9", "e")
        raw = text.encode("utf-8" if charset.lower().strip('"') in ("utf-8", "x-nope") else charset, "surrogateescape") \
            if "\udce9" not in text else text.encode("utf-8", "surrogateescape")
        how = self.random.randrange(4)
        if how == 0:
            import base64
            body = base64.encodebytes(raw).decode()
            head += "\nContent-Transfer-Encoding: " + self.pick("base64", "BASE64")
        elif how == 1:
            import quopri
            body = quopri.encodestring(raw).decode("latin-1")
            head += "\nContent-Transfer-Encoding: quoted-printable"
        else:
            body = raw.decode("utf-8", "surrogateescape")
            if how == 2:
                head += "\nContent-Transfer-Encoding: " + self.pick("8bit", "7bit")
        if self.chance(0.2):
            head += "\nContent-Disposition: attachment; filename=\"%s.bin\"" % self.pick("a", "b")
        # The line end in front of the boundary belongs to it; one more ends the last line of the text.
        return head + "\n\n" + body + ("" if self.deviates("part-lines", 0.8) else "\n")

    def multipart(self, depth):
        boundary = "b%d_%d" % (depth, self.random.randrange(1000))
        out = "Content-Type: multipart/%s; boundary=%s\n\n" % (
            self.pick("mixed", "alternative", "related"), self.pick('"%s"', '"%s"', "%s") % boundary)
        if self.chance(0.5):
            out += "preamble hello\n"
        for _ in range(self.random.randint(1, 3)):
            out += "--%s\n%s" % (boundary, self.part(depth))
        out += "\n--%s--\n" % boundary if out[-1] != "\n" else "--%s--\n" % boundary
        if self.chance(0.4):
            out += "epilogue World\n"
        return out

    def whole(self, depth, top=True):
        head = ["From: " + self.address(), "Subject: " + self.text_value()]
        if self.chance(0.8):
            head.append("To: " + self.addresses())
        if self.chance(0.7):
            head.append("Message-ID: <%d@example.com>" % self.random.randrange(1000))
        for _ in range(self.random.randrange(6)):
            head.append(self.header_field())
        if self.chance(0.04):
            head.append(self.pick("Return-Path: <jane@a.b.test>", "X-Dotted.Name: y",
                                  "To: friends: joe@example.com, jane@a.b.test;", "Cc: undisclosed-recipients:;",
                                  "Subject: =?utf-8?Q?a=0AX-Forged:_no?= b",
                                  "X-Words: =?utf-8?Q?one?=\n =?utf-8?Q?two?= =?utf-8?B?dGhyZWU=?= four"))
        self.random.shuffle(head)
        if top and self.chance(0.1):
            head.append("Subject: second " + self.word())
        text = "\n".join(head) + "\n"
        if self.chance(0.4):
            text += "MIME-Version: 1.0\n" + (self.multipart(depth) if self.chance(0.7) else self.part(2))
        else:
            text += "\n" + "\n".join(self.lines()) + "\n"
        return text

    def bytes(self):
        text = self.whole(0)
        if self.chance(0.02):
            text = text[:text.index("\n\n") + 1]
        # Each deviation of messages in its plainest form; more of most are strewn in.
        plain = {
            "unknown-charset": "X-Odd: =?x-nope?Q?needle?=\n",
            "eight-bit": "MIME-Version: 1.0\nContent-Type: text/plain\n\ncaf\udce9 needle\n",
            "nul-in-line": "X-Nul: before\0after\n",
            "field-order": 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nneedle\n\n--x\nContent-Type: '
                           "text/needle\n\ntwo\n\n--x--\n",
            "header-line-without-name": "a line without a colon\n",
            "blank-before-colon": "X-Blank : needle\n",
            "from-line-taken": "From jane@a.b.test Mon Jan  1 00:00:00 2024\n",
            "header-8bit-kept": "X-Odd: caf\udce9 needle\n",
            "part-lines": 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n\n--x--\n',
        }
        if self.allowed in plain:
            self.shown = True
            text = plain[self.allowed] + (text if not "\n\n" in plain[self.allowed] else "")
        if self.deviates("final-line-end", 0.9):
            text = text.rstrip("\n")
        raw = text.encode("utf-8", "surrogateescape")
        if self.deviates("body-cr", 0.7):
            raw = raw.replace(b"\n", b"\r\n")
        return raw


class Rules(Source):
    """A rules file over the whole grammar."""

    variables = ["A", "B", "C", "D_1", "long_name"]
    special = ["MATCH", "MATCH1", "MATCH2", "SIZE", "LINES", "RETURNCODE", "FROM", "LOGNAME", "DEFAULT", "1", "2",
               "NOSUCH", "SHELL", "LOCKSLEEP", "LOCKTIMEOUT", "LOCKREFRESH", "UMASK", "MAILDIRQUOTA", "EXITCODE"]

    # Each deviation of the rules in its plainest form; more of most are strewn in.
    plain = {
        "bad-pattern": ["if (/(bad/)", ' to "./bad"'],
        "pattern-limit": ['C="%sb"' % ("a" * 57), "if ($C =~ /^(a|a)*c|b/)", ' echo "matched"'],
        "match-value": ["C=(/^[a-z]/)", 'echo "$C"'],
        "foreach-groups": ['foreach "a1 b2" =~ /([a-z])([0-9])/', ' echo "$MATCH1"'],
        "copy-status": ['cc "|cat >failed; exit 67"', 'echo "$EXITCODE"'],
        "exception-failures": ["exception {", "EXITCODE=9", 'to "./x1"', "}"],
        "exit-code-range": ["EXITCODE=256", "exit"],
        "exit-code-never": ["EXITCODE=99", "exit"],
        "default-status": ["EXITCODE=77"],
        "forward-sender": ['SENDMAIL="./mail-program"', 'cc "!joe@example.com"'],
        "keywords-layout": ['KEYWORDS="a,b"', 'cc "./Maildir"'],
        "flags-letters": ['FLAGS="SF"', 'cc "./Maildir"'],
        "pipe-status": ['to "|cat >/dev/null; exit 3"'],
        "invalid-utf8": ['C="caf\udce9 hello"', "C=($C =~ /hello/)", 'echo "$C"'],
        "command-signal": ["`kill -9 $$`", 'echo "$RETURNCODE"'],
        "xfilter-empty": ['xfilter "cat >/dev/null"'],
        "xfilter-from-line": ["xfilter 'echo \"From x@y Mon Jan  1 00:00:00 2024\"; cat'"],
        "words-statement": ['echo "before"', "discard"],
        "empty-match": ["foreach \"abc\" =~ /x*/", ' echo "$MATCH"'],
        "lock-living": ['dotlock "./held" {', "EXITCODE=0", "exit", "}"],
        "lock-sleep": ['echo "$LOCKSLEEP"'],
        "lock-timeout": ['echo "$LOCKTIMEOUT"'],
        "log-line": ['log "begun\\c"', 'log "ended"'],
        "substr-count": ['echo substr("hello",1,-1)'],
    }

    def __init__(self, seed, allowed):
        super().__init__(seed, allowed)
        self.all_lines = False
        self.has_parts = False
        self.plainly = False
        self.in_lock = 0
        self.out = []
        self.loops = 0
        self.in_exception = 0
        self.boxes = 0

    def reference(self):
        name = self.random.choice(self.variables if self.chance(0.65) else self.special)
        if name == "EXITCODE" and not self.deviates("copy-status"):
            name = "A"
        if name in ("LOCKSLEEP", "LOCKTIMEOUT"):
            name = "A"
        return "${%s}" % name if self.chance(0.3) else "$" + name

    def number(self):
        return self.pick("0", "1", "2", "3", "10", "007", "1.5", ".5", "0x1f", "1e3", "255", "100000", "4294967296", "-1", "-2.5")

    def literal(self):
        kind = self.random.randrange(12)
        if kind < 3:
            return self.number()
        if kind == 3:
            return '"%s"' % self.number()
        if kind < 7:
            inside = "".join(self.pick(self.word(), " ", self.reference() + " ", self.reference() + "-", '\\"', "\\\\", "\\n",
                                       "\\x", "#", "'", "`", "$", "$ ", "${}", "\\$A", "/", "|", "\t", "{", ";")
                             for _ in range(self.random.randint(0, 5)))
            if inside.endswith("\\"):
                inside += " "
            return '"%s"' % inside
        if kind < 9:
            inside = "".join(self.pick(self.word(), " ", "$A", "\\'", "\\\\", "\\n", '"', "#", "`", "$")
                             for _ in range(self.random.randint(0, 4)))
            return "'%s'" % inside
        if kind == 9:
            return self.pick("bare", "a-b", "x@y.z", "1/3", "a:b", "a{b}", "_x", "10-2", "path/to", "$A-1", "$B.x", "-x")
        if kind == 10:
            return '"%s \\\n    %s"' % (self.word(), self.word())
        return self.reference()

    def strings(self):
        return " ".join(self.literal() for _ in range(self.pick(1, 1, 1, 2, 3)))

    def piece(self):
        return self.pick("hello", "world", "alpha", "list", "a", "e", "x", "[a-m]", "[^ ]", "\\w", "\\d", "(hello|world)",
                         "(l+)", "o", "\\s", ".", "(?:a|e)", "\\bbeta", "[[:alpha:]]", "caf\u00e9", "\\x41", "@", "\\/")

    def regex(self, consuming=False):
        if self.deviates("bad-pattern", 0.3):
            return self.pick("(bad", "[a", "*x", "a{2,1}")
        text = self.pick("^", "", "", "") if not consuming else ""
        if not consuming and self.chance(0.35):
            text = "^" + self.pick("Subject", "From", "To", "[A-Za-z-]+", "X-[a-z]+", "(Cc|To)", "List-Id", "Content-Type") + ":"
            if self.chance(0.7):
                text += self.pick(" *", ".*", "\\s+", ".*\\b")
        text += self.piece()
        for _ in range(self.random.randrange(4)):
            text += self.piece() + self.pick("", "", "", "+", "?", "*", "{1,2}", "*?")
        if not consuming:
            text += self.pick("", "", "", "$", ".*$", "(.*)")
            if self.chance(0.08):
                text += "$A" if self.allowed != "bad-pattern" else ""
        return text

    def flags(self, weighted):
        scope = self.pick("", "", "", "h", "b", "w", "wb", "hb", "D", "bD", "hD", "q")
        if not weighted and scope in ("w", "wb", "hb") and self.has_parts:
            scope = "b"
        if not weighted:
            return ":" + scope if scope or self.chance(0.03) else ""
        weight = self.pick("1", "2", "-1", "1.5", "10", ".5", "+3")
        factor = self.pick("", "", ",1", ",0.5", ",2", ",-1", ",0")
        comma = self.pick(",", ",", "") if scope else ""
        return ":" + scope + comma + weight + factor

    def pattern(self, truth):
        """A pattern on the message; one without a weight has another value there, which truth does not show."""
        weighted = not truth and not self.deviates("match-value") or self.chance(0.1)
        return "/%s/%s" % (self.regex(), self.flags(weighted))

    def element(self, depth, truth=False):
        kind = self.random.randrange(20)
        if kind < 8 or depth <= 0:
            return self.strings()
        if kind < 11:
            return self.pattern(truth)
        if kind < 14:
            return "(%s)" % self.expression(depth - 1, truth)
        if kind == 14:
            return self.pick("!", "! ") + self.element(depth - 1, True)
        if kind == 15:
            return self.pick("~", "~ ") + self.element(depth - 1)
        if kind < 18:
            return self.pick("length", "tolower", "toupper", "escape") + self.pick("(%s)", "(%s)", " (%s)") % self.expression(depth - 1)
        if kind == 18:
            return "substr(%s,%s%s)" % (self.expression(depth - 1), self.pick("0", "1", "2", "-1", "50", '"1"'),
                                        self.pick("", ",0", ",1", ",3", ",99", ", 2"))
        return self.pick("hasaddr", "getaddr") + "(%s)" % self.pick('"joe@example.com"', '"JANE.DOE@example.org"', '"Joe <joe@x.test>, b@c.test"', '"x"') \
            if not self.chance(0.3) else 'lookup(%s,"./list"%s)' % (self.strings(), self.pick("", ',"D"'))

    def match(self, depth, truth):
        if not self.chance(0.15):
            return self.element(depth, truth)
        left = self.element(depth - 1)
        while left.startswith("/"):
            left = self.strings()
        scored = self.chance(0.2)
        if scored and self.deviates("empty-match", 0.5):
            return left + " =~ /x*/:1"
        text = "%s%s/%s/" % (left, self.pick(" =~ ", "=~", " =~"), self.regex(consuming=scored))
        return text + (self.pick(":1", ":2,0.5", ":D,1") if scored else self.pick("", "", "", ":D"))

    def level(self, operators, lower, depth, share, truth, keep_truth=False):
        text = None
        count = 1
        while self.chance(share) and count < 4:
            count += 1
        for _ in range(count):
            operand = lower(depth, truth and (count == 1 or keep_truth))
            text = operand if text is None else "%s%s%s" % (text, self.random.choice(operators), operand)
        return text

    def product(self, depth, truth=False):
        text = self.match(depth, truth if not self.chance(0.08) else False)
        if self.chance(0.08):
            if "=~" in text:
                text = "(%s)" % text
            if text.startswith("/"):
                text = self.number()
            for _ in range(self.pick(1, 1, 2)):
                text += self.pick(" * ", " / ", " * ") + self.pick(self.number(), self.number(), self.reference())
        return text

    def sum(self, depth, truth=False):
        return self.level([" + ", " - "], self.product, depth, 0.12, truth)

    def meet(self, depth, truth=False):
        return self.level([" & "], self.sum, depth, 0.04, truth)

    def join(self, depth, truth=False):
        return self.level([" | "], self.meet, depth, 0.04, truth)

    def comparison(self, depth, truth=False):
        if not self.chance(0.2):
            return self.join(depth, truth)
        relation = self.pick(" < ", " <= ", " > ", " >= ", " == ", " != ", " lt ", " le ", " gt ", " ge ", " eq ", " ne ", "==")
        return self.join(depth) + relation + self.join(depth)

    def conjunction(self, depth, truth=False):
        return self.level([" && ", "&&", " && \\\n  ", "&&\\\n"], self.comparison, depth, 0.12, truth, True)

    def expression(self, depth, truth=False):
        return self.level([" || ", " || ", "||\\\n "], self.conjunction, depth, 0.1, truth, True)

    # Statements. Each prints lines through put().

    def put(self, indent, line):
        self.out.append(self.pick("\t", "", " ", "  ") * indent + line)

    def branch(self, indent, depth):
        if self.chance(0.04):
            self.put(0, "")
        elif self.chance(0.75) or depth <= 0:
            self.block("{", indent, depth)
        else:
            self.statement(indent + 1, depth - 1)

    def block(self, opening, indent, depth):
        self.put(indent, opening)
        for _ in range(self.random.randint(1, 3)):
            self.statement(indent + 1, depth - 1)
        self.put(indent, "}")

    def mailbox(self):
        self.boxes += 1
        kind = self.random.randrange(8)
        if kind < 3:
            return self.pick('"./box%d"', "./box%d", "'box%d'", "$PLACE/box%d", '"$PLACE/box%d"') % self.pick(1, 2, self.boxes)
        if kind < 5:
            return self.pick('"./Maildir/"', "./Maildir", '"$PLACE/Maildir"', '"./Maildir/.Sub/"')
        if kind < 7:
            return self.pick('"|cat >pipe%d"', '"| cat >>pipe%d; exit 0"', "'|cat >pipe%d; echo piped'") % self.boxes
        return self.pick('"./nodir/box"', '"./Missing/"', '""') if self.chance(0.4) else '"./box1"'

    def statement(self, indent, depth):
        choice = self.random.randrange(40)
        if depth <= 0:
            choice %= 20
        if choice < 5:
            name = self.random.choice(self.variables)
            name = self.pick(name, name, '"%s"' % name)
            value = self.expression(3)
            if value.startswith("/"):
                value = "(%s)" % value
            self.put(indent, name + self.pick("=", "=", " = ", "= ") + value + self.pick("", "", "", ";", " # comment"))
        elif choice < 10:
            self.put(indent, "echo " + self.pick('"%s=[%s]"' % (self.word(), self.reference()), self.expression(2)))
        elif choice == 10:
            self.put(indent, self.pick("log ", "log ") + self.expression(1))
        elif choice == 11:
            self.put(indent, 'logfile "./rules.log"')
        elif choice == 12:
            self.put(indent, self.pick("", "", "# a comment", ";", ";;"))
        elif choice == 13:
            self.put(indent, self.pick("unset %s", 'unset "%s"', "import %s", 'import "%s"') % self.pick(
                "A", "B", "NOSUCH", "GREETING", "LANG", "MATCH1", "1"))
        elif choice == 14:
            self.put(indent, self.expression(3, True))
        elif choice == 15:
            self.command(indent)
        elif choice == 16:
            self.put(indent, self.pick("UMASK=022", "UMASK=077", "LOCKTIMEOUT=5", 'SHELL="/bin/sh"', "MATCH=1", "MATCH1=x",
                                       "DEFAULT=./other", 'FLAGS="S"', 'FLAGS=""', 'FLAGS="FRS"', 'FLAGS="D"',
                                       'MAILDIRQUOTA="100000S,1000C"', 'MAILDIRQUOTA="10S"', 'MAILDIRQUOTA=""'))
        elif choice == 17:
            self.copy(indent)
        elif choice < 20:
            if self.chance(0.15):
                self.database(indent)
            self.put(indent, "echo %s" % self.strings())
        elif choice < 28:
            self.put(indent, "if" + self.pick("(%s)", " (%s)", " ( %s )") % self.expression(3, True))
            self.branch(indent, depth - 1)
            while self.chance(0.2):
                self.put(indent, "elsif (%s)" % self.expression(2, True))
                self.branch(indent, depth - 1)
            if self.chance(0.4):
                self.put(indent, "else")
                self.branch(indent, depth - 1)
        elif choice < 30:
            self.loops += 1
            name = "I%d" % self.loops
            self.put(indent, "%s=0" % name)
            self.put(indent, "while ($%s < %d)" % (name, self.random.randint(0, 3)))
            self.put(indent, "{")
            self.put(indent + 1, "%s=$%s + 1" % (name, name))
            for _ in range(self.random.randint(1, 2)):
                self.statement(indent + 1, depth - 1)
            self.put(indent, "}")
        elif choice < 33:
            self.foreach(indent, depth)
        elif choice < 35:
            self.in_exception += 1
            self.block("exception {", indent, depth - 1)
            self.in_exception -= 1
        elif choice == 35:
            self.block("{", indent, depth - 1)
        elif choice == 36:
            self.in_lock += 1
            self.block('%s "./held%d" {' % (self.pick("dotlock", "flock"), self.random.randrange(3) + 10 * indent), indent, depth - 1)
            self.in_lock -= 1
        elif choice == 37:
            line = self.pick('include "./included"', 'include "$PLACE/included"', "include included",
                             self.pick('include "./missing"', 'include "./missing"' if self.in_exception else 'include "./broken"'))
            if "missing" in line and self.chance(0.7):
                line = "exception {\n%s\n}" % line
            self.put(indent, line)
        elif choice == 38 and self.chance(0.3):
            self.finish(indent)
        else:
            self.copy(indent)

    def foreach(self, indent, depth):
        # Groups in the body have other values there.
        pattern = self.regex(consuming=True)
        if not self.deviates("foreach-groups"):
            pattern = re.sub(r"\((?!\?)", "(?:", pattern)
        if self.chance(0.5):
            text = "/%s/%s" % (pattern, self.flags(False))
        elif self.deviates("empty-match", 0.3):
            text = "%s =~ /x*/" % self.strings()
        else:
            text = "%s =~ /%s/%s" % (self.strings(), pattern, self.pick("", ":D"))
        self.put(indent, "foreach " + self.pick("%s", "(%s)") % text)
        self.put(indent, "{")
        self.put(indent + 1, 'echo "[$MATCH|$MATCH1|$MATCH2]"')
        if self.chance(0.5):
            self.statement(indent + 1, depth - 1)
        self.put(indent, "}")

    def copy(self, indent):
        if self.deviates("copy-status", 0.5):
            self.put(indent, 'cc "|cat >failed; exit %d"' % self.pick(1, 75, 67))
            return
        line = "cc " + self.mailbox()
        if ("nodir" in line or "Missing" in line or '""' in line) and self.chance(0.7):
            self.put(indent, "exception {")
            self.put(indent + 1, line)
            self.put(indent, "}")
        else:
            self.put(indent, line)

    def command(self, indent):
        if self.deviates("command-signal"):
            self.put(indent, "`kill -9 $$`")
            return
        if self.deviates("xfilter-empty", 0.6):
            self.put(indent, 'xfilter "cat >/dev/null"')
            return
        if self.deviates("xfilter-from-line", 0.6):
            self.put(indent, "xfilter 'echo \"From x@y Mon Jan  1 00:00:00 2024\"; cat'")
            return
        if self.deviates("words-statement", 0.6):
            self.put(indent, self.pick("keep", "discard", 'reject "x"', 'flag "seen"'))
            return
        line = self.pick(
            "`%s`", "A=`%s`", "B=`%s`", "if (`%s`)", "A=\"x\" `%s`") % self.pick(
            "echo out", "echo '  a  b '; echo c", "grep -c hello", "exit 3", "echo out; exit 2", "cat >/dev/null", "wc -l | tr -d ' '",
            "printf 'x\\ty\\n\\nz'", 'echo "$A"', 'echo "$MATCH|$SIZE|$LINES"', "head -n 1", "true", "sed -n 2p", "echo \\`echo in\\`")
        if self.chance(0.25):
            line = "system " + self.pick('"true"', "'exit 4'", '"echo system"', "'echo \"[$A]\"'", '"cat"', "'echo x >made'")
        elif self.chance(0.3):
            line = "xfilter " + self.pick('"cat"', "'sed s/hello/HELLO/'", "'cat; echo added'", "'sed 1d'", "'sed s/^From:/Resent-From:/'", '"(echo X-Filtered: yes; cat)"')
            if self.chance(0.3):
                self.put(indent, "exception {")
                self.put(indent + 1, "xfilter " + self.pick("'cat; exit 1'", "'exit 2'"))
                self.put(indent, "}")
                return
        self.put(indent, line)
        if line.startswith("if"):
            self.put(indent, ' echo "true"')
        self.put(indent, 'echo "$RETURNCODE"')

    def database(self, indent):
        self.put(indent, self.pick('A=gdbmopen("./base","C")', 'A=gdbmopen("./base")', 'A=gdbmopen("./none","R")', 'A=gdbmopen("./base","W")'))
        for _ in range(self.random.randrange(4)):
            key = self.pick('"joe@mail.example.com"', '"example.com"', '"192.0.2.1"', '"192.0"', '"k"', '"$B"', '"joe@"')
            self.put(indent, self.pick("B=gdbmstore(%s,%s)" % (key, self.strings()), "A=gdbmfetch(%s)" % key,
                                       'A=gdbmfetch(%s,"D")' % key, 'A=gdbmfetch(%s,"I","none")' % key,
                                       'A=gdbmfetch(%s,"","none")' % key))
            self.put(indent, 'echo "$A|$B"')
        self.put(indent, "gdbmclose")

    def finish(self, indent):
        code = None
        if self.in_lock:
            # It would stay behind: lock-living.
            self.put(indent, 'echo "in the lock"')
            return
        if self.chance(0.4):
            code = self.pick(0, 1, 3, 65, 67, 75, 77, 99)
        if self.deviates("exit-code-never", 0.7):
            code = self.pick(64, 70, 99, 111)
            self.put(indent, "EXITCODE=%d" % code)
            self.put(indent, "exit")
            return
        if self.deviates("exit-code-range", 0.7):
            self.put(indent, "EXITCODE=%s" % self.pick("256", "-1", '"abc"', "1000"))
            self.put(indent, "exit")
            return
        if self.deviates("exception-failures", 0.8):
            self.put(indent, "exception {")
            self.put(indent + 1, "EXITCODE=9")
            self.put(indent + 1, self.pick('to "./x1"'))
            self.put(indent, "}")
            return
        if code is not None and not self.in_exception:
            never = code in (0, 65, 67, 68, 69, 75, 76, 77)
            self.put(indent, "EXITCODE=%d" % code)
            if never and self.chance(0.5):
                self.put(indent, "exit")
            else:
                self.put(indent, "to " + self.mailbox())
        elif self.chance(0.3):
            if not self.in_exception:
                self.put(indent, "EXITCODE=0")
            self.put(indent, "exit")
        else:
            if not self.in_exception and self.chance(0.5):
                self.put(indent, "EXITCODE=0")
            self.put(indent, "to " + self.mailbox())

    def text(self):
        self.out = ['DEFAULT="./default"', 'PLACE="."', 'logfile "./rules.log"', 'A="%s"' % self.words(), "B=%s" % self.number()]
        if self.allowed in self.plain:
            self.shown = True
            self.out += self.plain[self.allowed]
        if self.all_lines or self.chance(0.15):
            # All that patterns see of the message.
            self.out += ["if (/.*needle.*/:w)", ' echo "$MATCH"']
            for scope in ("h", "b"):
                self.out += ["foreach /^.*[^ ].*/:" + scope, "{", 'echo "<$MATCH>"', "}"]
        if self.plainly:
            return "\n".join(self.out) + "\n"
        for _ in range(self.random.randint(3, 10)):
            self.statement(0, 3)
        if self.allowed == "default-status":
            pass
        elif self.chance(0.6) or self.allowed in ("exit-code-never", "exit-code-range", "exception-failures"):
            self.finish(0)
        text = "\n".join(self.out) + "\n"
        if self.allowed is None and self.chance(0.12):
            text = self.damaged(text)
        return text

    def damaged(self, text):
        """A slip: a character lost, doubled, replaced, or two lines joined. Commands and destinations stay whole."""
        for _ in range(20):
            start = self.random.randrange(len(text))
            line = text[text.rfind("\n", 0, start) + 1:(text + "\n").find("\n", start)]
            if any(c in line for c in "|`>") or re.search(r"\b(EXITCODE|DEFAULT|PLACE|xfilter|logfile|system|cc|to|while|I\d|foreach|UMASK|SHELL)\b", line):
                continue
            slip = self.pick("", "", text[start] * 2, ")", "(", '"', "\n", "/", ";", "=", "&", "{", "}", "\\", "'", "!", " ")
            return text[:start] + slip + text[start + 1:]
        return text


class Case:
    """A rules file, a message, and how they are run."""

    def __init__(self, number, deviations):
        """At most one deviation a case, so that no other hides behind it: deviations are (name, where) in a list."""
        self.number = number
        chosen = random.Random("%s deviation" % number)
        index = int(number.rsplit("/", 1)[1])
        allowed, where = None, None
        if index <= 2 * len(deviations):
            # Each deviation twice: by itself, and among other rules.
            allowed, where = deviations[(index - 1) // 2]
        elif chosen.random() < 0.2:
            allowed, where = chosen.choice(deviations)
        rules = Rules("%s rules" % number, allowed if where == "rules" else None)
        message = Message("%s message" % number, allowed if where == "message" else None)
        self.message = message.bytes()
        rules.all_lines = where == "message"
        rules.plainly = allowed is not None and index <= 2 * len(deviations) and index % 2 == 1
        rules.has_parts = b"\nContent-Type: m" in self.message
        if allowed == "field-order":
            rules.has_parts = False
        self.rules = rules.text().encode("utf-8", "surrogateescape")
        self.deviation = message.allowed if message.shown else rules.allowed if rules.shown else None
        self.arguments = [rules.word().replace("\u00e9", "e") for _ in range(rules.random.randrange(3))]
        self.mode = "delivery" if rules.chance(0.2) else "manual"
        self.sender = rules.pick(None, None, "joe@example.com")
        self.seed = rules.random.random()

    def files(self):
        return {
            "list": b"# friends\n^hello\n  world$\n\nX\n",
            "included": b'echo "included $A"\nA="from the included file"\n',
            "broken": b'echo "never"\nif (\n',
            "mail-program": b'#!/bin/sh\necho "$@" >sent\ncat >>sent\n',
        }


class Worker(threading.Thread):
    """Runs cases with one account, in its home."""

    def __init__(self, plan, account):
        super().__init__()
        self.plan = plan
        self.home, self.user = account.rsplit(":", 1)
        entry = pwd.getpwnam(self.user)
        self.uid, self.gid = entry.pw_uid, entry.pw_gid

    def run(self):
        while True:
            case = self.plan.next_case()
            if case is None:
                return
            try:
                self.plan.judge(case, self.outcome(case, self.plan.maildrop, []),
                                self.outcome(case, self.plan.deliver, ["--config", self.plan.config]))
            except Exception as error:
                self.plan.broken(case, error)

    def lay_out(self, case):
        for name in os.listdir(self.home):
            path = os.path.join(self.home, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        files = dict(case.files())
        files[".mailfilter" if case.mode == "delivery" else "rules"] = case.rules
        for name, content in files.items():
            self.own(name, content)
        for box in ("Maildir", "Maildir/.Sub"):
            for part in ("", "/tmp", "/new", "/cur"):
                path = os.path.join(self.home, box + part)
                os.makedirs(path, exist_ok=True)
                os.chown(path, self.uid, self.gid)

    def own(self, name, content):
        path = os.path.join(self.home, name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o700 if name == "mail-program" else 0o600)
        os.chown(path, self.uid, self.gid)

    def limits(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
        if not self.plan.sanitized:
            resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def outcome(self, case, program, options):
        """What the program does: a list of lines of bytes, fit to be compared and shown."""
        self.lay_out(case)
        command = [program] + options
        if case.sender is not None:
            command += ["-f", case.sender]
        if case.mode == "delivery":
            command += ["-d", self.user] + case.arguments
            who = {}
        else:
            command += ["rules"] + case.arguments
            who = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.getuid() == 0 else {}
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "LANG": "C", "GREETING": "good day", "TZ": "UTC"}
        scratch = "%s/%s." % (self.plan.scratch, self.user)
        with open(scratch + "message", "wb") as file:
            file.write(case.message)
        with open(scratch + "message", "rb") as given, open(scratch + "out", "w+b") as out, open(scratch + "said", "w+b") as said:
            process = subprocess.Popen(command, stdin=given, stdout=out, stderr=said, cwd=self.home, env=environment,
                                       preexec_fn=self.limits, start_new_session=True, **who)
            try:
                status = process.wait(TIME_LIMIT if options else TIME_LIMIT / 3)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                status = "none: it did not end"
            out.seek(0)
            said.seek(0)
            printed = out.read(200000)
            words = said.read(2000)
        lines = [b"exit %s" % str(status).encode()]
        lines += [b"out " + line for line in printed.split(b"\n")]
        lines += self.written(case)
        if options:
            case.said = words
        else:
            case.said_there = words
        return lines

    def written(self, case):
        lines = []
        given = set(case.files()) | {"rules", ".mailfilter"}
        for folder, folders, names in os.walk(self.home):
            folders.sort()
            place = os.path.relpath(folder, self.home)
            if place.startswith(".culver"):
                continue
            inside = []
            for name in names:
                if place == "." and (name in given or name.startswith("base") or name.startswith(".culver")):
                    continue
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content = file.read()
                if os.path.basename(place) in ("new", "cur", "tmp"):
                    name = "message" + (":" + name.split(":", 1)[1] if ":" in name else "")
                elif name == "rules.log":
                    content = re.sub(rb"(?m)^Date: .*$", b"Date: (then)", content)
                else:
                    content = re.sub(rb"(?m)^(From \S+ ).{24}$", rb"\1(then)", content)
                mode = stat.S_IMODE(os.stat(path).st_mode)
                inside.append(b"file %s/%s %o\n%s" % (place.encode(), name.encode(), mode, content))
            for entry in sorted(inside):
                lines += entry.split(b"\n")
        return lines


def record_fields(lines, message):
    """The rules' log, without what differs in it: see log-fields in doc/tolerance.md."""
    head = re.split(rb"\r?\n\r?\n", message, 1)[0]
    fields = re.split(rb"\r?\n(?![ \t])", head)
    drop = set()
    for key, name in ((b"Subj: ", b"subject:"), (b"From: ", b"from:")):
        found = [f for f in fields if f.lower().startswith(name)]
        if len(found) != 1 or b"\n" in found[0]:
            drop.add(key)
    quoted = re.search(rb"(?m)^>*From ", message) is not None
    out = []
    in_log = False
    for line in lines:
        if line.startswith(b"file "):
            in_log = line.startswith(b"file ./rules.log ")
        if in_log and any(line.startswith(key) for key in drop):
            line = line[:6]
        if in_log and quoted and line.startswith(b"File: "):
            line = re.sub(rb" +\(\d+\)$", b"", line)
        out.append(line)
    return out


def record_failures(lines, message):
    """The rules' log without deliveries that failed."""
    text = b"\n".join(lines)
    return re.sub(rb"Date: \(then\)\nFrom: .*\nSubj: .*\n!Err: .*\n\n", b"", text).split(b"\n")


def command_files(lines, message):
    """Files that commands made, without their modes."""
    return [re.sub(rb"^(file \./(?:pipe\d+|failed|made)) \d+$", rb"\1", line) for line in lines]


def quota_files(lines, message):
    """The files of the quota, without their modes and padding."""
    out = []
    in_quota = False
    for line in lines:
        if line.startswith(b"file "):
            in_quota = b"/maildirsize " in line
            line = re.sub(rb"(/maildirsize) \d+$", rb"\1", line)
        elif in_quota:
            line = b" ".join(line.split())
        out.append(line)
    return out


# What differs nearly everywhere, and is taken away on both sides.
EVERYWHERE = {"log-fields": record_fields, "log-failures": record_failures, "command-umask": command_files,
              "maildirsize-form": quota_files}


class Plan:
    def __init__(self, arguments):
        self.maildrop, self.deliver, self.config, deviations, accounts, self.seed, amount = arguments[:7]
        self.keep = arguments[7] if len(arguments) > 7 else None
        self.deviations = []
        self.where = {}
        with open(deviations) as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    name, where, _ = (part.strip() for part in line.split("|", 2))
                    self.deviations.append(name)
                    self.where[name] = where
        with open(os.path.join(os.path.dirname(deviations), "../../doc/tolerance.md"), encoding="utf-8") as file:
            self.tolerance = file.read()
        self.everywhere = [name for name in self.deviations if self.where[name] == "everywhere"]
        self.placed = [(name, where) for name, where in self.where.items() if where != "everywhere"]
        self.accounts = accounts.split(",")
        self.until = time.time() + int(amount[:-1]) if amount.endswith("s") else None
        self.count = None if self.until else int(amount)
        self.scratch = os.path.dirname(os.path.abspath(self.config))
        self.sanitized = bool(os.environ.get("sanitizers"))
        self.lock = threading.Lock()
        self.next = 0
        self.hits = {name: 0 for name in self.deviations}
        self.tried = {name: 0 for name in self.deviations}
        self.failures = []
        self.compared = 0
        self.refused = 0
        self.delivered = 0

    def next_case(self):
        with self.lock:
            if self.until and time.time() > self.until or self.count and self.next >= self.count:
                return None
            self.next += 1
            number = "%s/%d" % (self.seed, self.next)
        return Case(number, self.placed)

    def judge(self, case, theirs, ours):
        with self.lock:
            self.compared += 1
            self.refused += theirs[0] == b"exit 75"
            self.delivered += theirs[0] == b"exit 0"
            if case.deviation:
                self.tried[case.deviation] += 1
            for name in self.everywhere:
                if theirs != ours:
                    theirs_without = EVERYWHERE[name](theirs, case.message)
                    ours_without = EVERYWHERE[name](ours, case.message)
                    distance = sum(a != b for a, b in zip(theirs, ours)) + abs(len(theirs) - len(ours))
                    nearer = sum(a != b for a, b in zip(theirs_without, ours_without)) + abs(len(theirs_without) - len(ours_without))
                    self.tried[name] += 1
                    self.hits[name] += nearer < distance
                    theirs, ours = theirs_without, ours_without
            if theirs == ours:
                return
            if case.deviation:
                self.hits[case.deviation] += 1
                return
            if b"this pattern needs too much work" in case.said:
                # Chance made it so.
                self.hits["pattern-limit"] += 1
                return
            if b"this pattern is wrong" in case.said or b"Invalid regular expression" in case.said_there:
                # A slip made it so.
                self.hits["bad-pattern"] += 1
                return
            self.failures.append((case, theirs, ours))
            self.show(case, theirs, ours)

    def broken(self, case, error):
        with self.lock:
            self.failures.append((case, [], []))
            print("# %s: %r" % (case.number, error), flush=True)

    def show(self, case, theirs, ours):
        import difflib
        print("# case %s, %s mode, differs:" % (case.number, case.mode))
        for line in list(difflib.unified_diff([repr(l)[1:] for l in theirs], [repr(l)[1:] for l in ours], "maildrop", "culver", n=0))[:14]:
            print("#   " + line.rstrip("\n"))
        print("#   said: %r" % case.said[:200], flush=True)
        if self.keep:
            place = os.path.join(self.keep, case.number.replace("/", "_"))
            os.makedirs(place, exist_ok=True)
            for name, content in (("rules", case.rules), ("message", case.message), ("theirs", b"\n".join(theirs)),
                                  ("ours", b"\n".join(ours)), ("said", case.said), ("said.theirs", case.said_there)):
                with open(os.path.join(place, name), "wb") as file:
                    file.write(content)

    def report(self):
        print("# %d cases: %d delivered or discarded, %d later, the others with a status of their own" % (
            self.compared, self.delivered, self.refused))
        number = 1
        print("%s 1 - generated rules do what maildrop does" % ("not ok" if self.failures else "ok"))
        for case, _, _ in self.failures[:50]:
            print("# case %s differs" % case.number)
        for name in self.deviations:
            number += 1
            good = self.hits[name] > 0
            print("%s %d - the deviation %s is met (%d of %d)" % ("ok" if good else "not ok", number, name, self.hits[name], self.tried[name]))
        number += 1
        missing = [name for name in self.deviations if "\n| %s |" % name not in self.tolerance]
        print("%s %d - each deviation has its row in doc/tolerance.md" % ("not ok" if missing else "ok", number))
        for name in missing:
            print("# %s has none" % name)
        number += 1
        enough = self.delivered * 3 > self.compared
        print("%s %d - a good part of the cases ends well" % ("ok" if enough else "not ok", number))
        print("1..%d" % number)


def main():
    plan = Plan(sys.argv[1:])
    workers = [Worker(plan, account) for account in plan.accounts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    plan.report()
    return 1 if plan.failures else 0


sys.exit(main())
