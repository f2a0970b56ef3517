"""The table of the language, reference.table: runs its entries, or prints it for people.

reference.py TABLE run TOLERANCE PAGE MAILDROP DELIVER CONFIG HOME USER     runs it; prints TAP. MAILDROP or USER may be "-".
reference.py TABLE print                                                    prints doc/compat.md.
reference.py TABLE observe MAILDROP DELIVER CONFIG HOME USER [ID]           prints the table with what both give now.
"""

import difflib
import os
import pwd
import re
import resource
import shutil
import subprocess
import sys

MESSAGE = (b'From: "Joe Brown" <joe@example.com>\nTo: alice@example.org, "Bob" <bob@example.net>\n'
           b"Cc: Carol <CAROL@Example.NET>\nSubject: Hello World\nMessage-ID: <1@example.com>\n\n"
           b"body line one\nFrom the start\nsecond FOO line\n")
BLOCKS = ("rules", "message", "file", "setup", "system", "gives", "here")
WORDS = ("lock", "mode", "options", "arguments", "environment", "hide", "show", "says", "deviation", "why")
MANY = ("file", "environment", "hide", "lock", "show")
TIME_LIMIT = 10


class Entry:
    def __init__(self, name, chapter):
        self.name, self.chapter = name, chapter
        self.sentence = None
        self.order = []
        self.parts = {}

    def add(self, word, rest, lines):
        self.order.append((word, rest, lines))
        if word in MANY:
            self.parts.setdefault(word, []).append((rest, lines))
        else:
            assert word not in self.parts, "%s: %s twice" % (self.name, word)
            self.parts[word] = (rest, lines)

    def line(self, word, default=""):
        return self.parts[word][0] if word in self.parts else default

    def block(self, word):
        return self.parts[word][1] if word in self.parts else None

    def many(self, word):
        return self.parts.get(word, [])

    def message(self):
        text = self.block("message")
        if text is None:
            return MESSAGE
        raw = re.sub(r"%(\d+)%", lambda m: "yyyyyyy\\n" * (int(m.group(1)) // 8), text[0])
        return raw.encode("utf-8").decode("unicode_escape").encode("latin-1")

    def mode(self):
        return self.line("mode", "manual")

    def needs_root(self):
        return self.mode() in ("delivery", "unknown") or self.line("setup") == "as root" or "system" in self.parts


def read_table(path):
    head, entries, chapter = [], [], ""
    words = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                head.append(line)
            elif line.startswith("== "):
                chapter = line[3:]
            elif line.startswith("= "):
                entries.append(Entry(line[2:], chapter))
                words = None
            elif line.startswith("\t"):
                words.append(line[1:])
            elif line:
                entry = entries[-1]
                if entry.sentence is None:
                    entry.sentence = line
                    continue
                word, _, rest = line.partition(" ")
                if word not in BLOCKS + WORDS:
                    raise ValueError("%s:%d: what is this: %s" % (path, number, line))
                words = []
                entry.add(word, rest, words)
    return head, entries


def identifiers(head):
    found = []
    for line in head:
        match = re.match(r"# ids (\S+): (.*)", line)
        if match:
            found += ["%s %s" % (match.group(1), name) for name in match.group(2).split()]
    return found


class Place:
    """Where entries run: the home of an account."""

    def __init__(self, maildrop, deliver, config, home, user):
        self.maildrop, self.deliver, self.config = maildrop, deliver, config
        self.user = None if user == "-" else user
        self.home = home
        self.is_root = os.getuid() == 0 and self.user is not None

    def who(self):
        if not self.is_root:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def clean(self):
        subprocess.run(["umount", "-q", os.path.join(self.home, "disk")], stderr=subprocess.DEVNULL, check=False)
        os.chmod(self.home, 0o700)
        for name in os.listdir(self.home):
            path = os.path.join(self.home, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)

    def lay_out(self, entry):
        self.clean()
        files = {".mailfilter" if entry.mode() == "delivery" else "rules": entry.block("rules")}
        for name, lines in entry.many("file"):
            files[name] = lines
        for name, lines in files.items():
            path = os.path.join(self.home, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
            os.chmod(path, 0o600)
            if self.is_root:
                shutil.chown(path, self.user, self.user)
        if "setup" in entry.parts:
            script = "\n".join(entry.block("setup"))
            who = {} if entry.line("setup") == "as root" else self.who()
            subprocess.run(["sh", "-ec", script], cwd=self.home, check=True, **who)

    def command(self, entry, program, options):
        given = [word.strip('"') for word in entry.line("options").split()]
        arguments = entry.line("arguments").split()
        mode = entry.mode()
        if mode == "delivery":
            return [program] + options + given + ["-d", self.user] + arguments
        if mode == "unknown":
            return [program] + options + ["-d", "no-such-user"]
        if mode == "embedded":
            return [program] + options + given + ["-m", "rules"] + arguments
        if mode.startswith("named "):
            return [program] + options + given + ["-M", mode[6:]] + arguments
        return [program] + options + given + ["rules"] + arguments

    def limits(self, everything):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 22, 1 << 22))
        if everything:
            resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))

    def observe(self, entry, program, options):
        """The result's lines, and what was said."""
        self.lay_out(entry)
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "LANG": "C", "TZ": "UTC", "LOGNAME": self.user or "",
                       "USER": self.user or ""}
        for pair, _ in entry.many("environment"):
            name, _, value = pair.partition("=")
            environment[name] = value
        system = os.environ.get("system_rules")
        if system:
            with open(system, "w", encoding="utf-8") as file:
                file.write("\n".join(entry.block("system") or []) + "\n")
        who = {} if entry.mode() in ("delivery", "unknown") else self.who()
        theirs = not options
        process = subprocess.Popen(self.command(entry, program, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.home, env=environment, start_new_session=True,
                                   preexec_fn=lambda: self.limits(theirs), **who)
        try:
            out, said = process.communicate(entry.message(), TIME_LIMIT / 4 if theirs else TIME_LIMIT)
            status = str(process.returncode)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            out, said = process.communicate()
            status = "never"
        lines = ["exit " + status]
        hidden = {name for name, _ in entry.many("hide")}
        if "stdout" not in hidden and out:
            printed = out[:4000].split(b"\n")
            ends = printed[-1] == b""
            if ends:
                printed.pop()
            lines += ["out " + self.shown(line) for line in printed]
            if not ends:
                lines[-1] += "(no line end)"
        return lines + self.written(entry, hidden), said.decode("utf-8", "replace")

    def shown(self, line):
        text = line.decode("utf-8", "backslashreplace")
        return "".join(c if c.isprintable() else "\\x%02x" % ord(c) for c in text).replace(self.home, "$HOME").rstrip(" ")

    def written(self, entry, hidden):
        given = {"rules", ".mailfilter"} | {name for name, _ in entry.many("file")} | hidden
        shows = {name for name, _ in entry.many("show")}
        locks = {name for name, _ in entry.many("lock")}
        lines = []
        for folder, folders, names in os.walk(self.home):
            place = os.path.relpath(folder, self.home)
            folders[:] = sorted(name for name in folders if not name.startswith(".culver"))
            found = []
            for name in names:
                if name in given or name.startswith(".culver"):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                if os.path.basename(place) in ("new", "cur", "tmp", "courierimapkeywords"):
                    name = "(unique)" + (":" + name.split(":", 1)[1] if ":" in name else "")
                path = os.path.normpath(os.path.join(place, name))
                found.append("file %s %s" % (path, "-" if path in locks else len(content)))
                if path in shows:
                    content = re.sub(rb"(?m)^(From \S+ ).{24}$", rb"\1(date)", content)
                    content = re.sub(rb"(?m)^Date: \w+ \w+ [ \d]+ [\d:]+ \d+$", b"Date: (date)", content)
                    found += ["held %s %s" % (path, self.shown(line)) for line in content.rstrip(b"\n").split(b"\n")]
            lines += sorted(found) if not shows else found
        return [line.rstrip() for line in lines]


class Report:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def check(self, sentence, good, *notes):
        self.number += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, sentence))
        if not good:
            for note in notes:
                print("# " + str(note).replace("\n", "\n# "))

    def skip(self, sentence, reason):
        self.number += 1
        print("ok %d - %s # SKIP %s" % (self.number, sentence, reason))


def deviations(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return set(re.findall(r"(?m)^\| ([a-z0-9-]+) \|", text))


def difference(wanted, got):
    return "\n".join(line.rstrip("\n") for line in difflib.unified_diff(wanted, got, "wanted", "got", n=0))


def run(head, entries, tolerance, page, place):
    report = Report()
    listed = deviations(tolerance)
    for entry in entries:
        title = "%s: %s" % (entry.name, entry.sentence)
        if entry.needs_root() and not place.is_root:
            report.skip(title, "needs root and an account")
            continue
        theirs = entry.block("gives")
        ours = entry.block("here") or theirs
        name = entry.line("deviation")
        lines, said = place.observe(entry, place.deliver, ["--config", place.config])
        report.check("%s (Culver)" % title, lines == ours, difference(ours, lines), said)
        if entry.line("says"):
            report.check("%s (what Culver says)" % title, entry.line("says") in said, said)
        if place.maildrop == "-":
            report.skip("%s (maildrop)" % title, "there is no /usr/bin/maildrop 2.9.3")
        else:
            lines, said = place.observe(entry, place.maildrop, [])
            report.check("%s (maildrop)" % title, lines == theirs, difference(theirs, lines), said)
        report.check("%s (differs, has a name, has a reason)" % title,
                     (ours != theirs) == bool(name) and (not name or name in listed and entry.line("why")),
                     "deviation: %s" % name, difference(theirs, ours))
    place.clean()
    wanted = identifiers(head)
    have = {entry.name for entry in entries}
    report.check("every identifier of the reference has an entry", not set(wanted) - have, sorted(set(wanted) - have))
    report.check("every entry has an identifier of the reference", not have - set(wanted), sorted(have - set(wanted)))
    report.check("no identifier is listed twice", len(wanted) == len(set(wanted)))
    with open(page, encoding="utf-8") as file:
        report.check("doc/compat.md is up to date: tests/rules/reference.t --print", file.read() == printed(entries))
    print("1..%d" % report.number)
    return 1 if report.failed else 0


def result_words(entry, lines):
    out = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "exit":
            out.append("exit status %s" % rest if rest != "never" else "never ends")
        elif word == "out":
            out.append("prints `%s`" % rest.replace("|", "\\|") if rest else "prints an empty line")
        elif word == "file":
            name, size = rest.rsplit(" ", 1)
            out.append("leaves the lock `%s`" % name if size == "-" else "writes `%s`, %s bytes" % (name, size))
        else:
            out.append("in it: `%s`" % rest.partition(" ")[2].replace("|", "\\|"))
    return "<br>".join(out)


def printed(entries):
    """The page for people."""
    out = ["# maildrop compatibility, construct by construct", "",
           "Made from `tests/rules/reference.table` by `tests/rules/reference.t --print`; each line is run with both programs by "
           "`make check`.", "",
           "Unless it says otherwise, rules are run as `maildrop FILE` and `culver-deliver FILE`, on a message of 208 bytes from "
           "Joe Brown",
           "with the subject Hello World. Names in the last column are rows of [tolerance.md](tolerance.md).", ""]
    equal = sum("deviation" not in entry.parts for entry in entries)
    out += ["Of %d entries Culver does the same in %d; %d differ, each for the reason that is given." % (
        len(entries), equal, len(entries) - equal), ""]
    chapter = None
    for entry in entries:
        if entry.chapter != chapter:
            chapter = entry.chapter
            out += ["## " + chapter, "", "| construct | rules | maildrop 2.9.3 | Culver |", "|---|---|---|---|"]
            index = len(out)
        rules = "<br>".join("`%s`" % line.replace("|", "\\|").replace("\t", " ") for line in entry.block("rules") if line.strip())
        rules = rules.replace("``", "` `")
        extra = []
        if entry.mode() != "manual":
            extra.append("mode: " + entry.mode())
        for word in ("options", "arguments"):
            if entry.line(word):
                extra.append("%s: `%s`" % (word, entry.line(word)))
        if extra:
            rules += "<br>(%s)" % "; ".join(extra)
        theirs = result_words(entry, entry.block("gives"))
        ours = "the same"
        if entry.line("deviation"):
            ours = "%s<br>**%s**: %s" % (result_words(entry, entry.block("here")), entry.line("deviation"), entry.line("why"))
        elif entry.line("why"):
            ours += "<br>" + entry.line("why")
        out.append("| %s | %s | %s | %s |" % (entry.sentence.replace("|", "\\|"), rules, theirs, ours))
    text = "\n".join(out) + "\n"
    return re.sub(r"\n(## )", r"\n\n\1", text).replace("\n\n\n", "\n\n")


def observe(path, entries, place, only):
    """The table with what the programs give now: for its authors, who read it before they believe it."""
    results = {}
    for entry in entries:
        if only and entry.name != only:
            continue
        theirs, _ = place.observe(entry, place.maildrop, [])
        ours, said = place.observe(entry, place.deliver, ["--config", place.config])
        results[id(entry)] = (theirs, ours, said)
    place.clean()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("= "):
                break
            if not line.startswith("== "):
                sys.stdout.write(line)
    chapter = None
    for entry in entries:
        if entry.chapter != chapter:
            chapter = entry.chapter
            print("== %s\n" % chapter)
        print("= %s\n%s" % (entry.name, entry.sentence))
        theirs, ours, said = results.get(id(entry), (None, None, ""))
        for word, rest, lines in entry.order:
            if word in ("gives", "here") and theirs is not None or word in ("deviation", "why"):
                continue
            print(("%s %s" % (word, rest)).rstrip())
            for line in lines:
                print("\t" + line)
        if theirs is not None:
            print("gives\n\t" + "\n\t".join(theirs))
            if ours != theirs:
                print("here\n\t" + "\n\t".join(ours))
        for word in ("deviation", "why"):
            if entry.line(word):
                print("%s %s" % (word, entry.line(word)))
        print()


def main():
    table, what = sys.argv[1:3]
    head, entries = read_table(table)
    if what == "print":
        sys.stdout.write(printed(entries))
        return 0
    if what == "run":
        return run(head, entries, sys.argv[3], sys.argv[4], Place(*sys.argv[5:10]))
    observe(table, entries, Place(*sys.argv[3:8]), sys.argv[8] if len(sys.argv) > 8 else None)
    return 0


sys.exit(main())
