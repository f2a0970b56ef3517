#!/usr/bin/env python3
"""What Python's email package sees of messages, and the comparison of three readers.

    peers.py read FOLDER/NAME.eml...            a line of JSON each, in the form of dump_message.c
    peers.py compare OURS PYTHON GMIME LIST     where the two others agree and ours differs

LIST holds the known differences: "CASE FACT: why", one a line.
"""
import email
import email.policy
import hashlib
import json
import os
import sys


def attempt(question):
    """The answer, or None where the package raises: then it has no opinion."""
    try:
        return question()
    except Exception:  # the package raises many kinds on broken mail
        return None


def addresses(message, name):
    field = message[name]
    if field is None:
        return []
    return ["%s | %s" % (a.display_name, a.addr_spec if a.username or a.domain else "") for a in field.addresses]


def date(message):
    field = message["date"]
    if field is None or field.datetime is None:
        return None
    when = field.datetime
    if when.tzinfo is None:
        import datetime
        when = when.replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp())


def leaf(part):
    facts = {"disposition": attempt(lambda: part.get_content_disposition() or ""),
             "name": attempt(lambda: part.get_filename() or "")}
    if part.is_multipart() or part.get_content_maintype() in ("multipart", "message"):
        return facts
    content = attempt(lambda: part.get_payload(decode=True))
    if content is not None:
        facts["size"] = len(content)
        facts["sha256"] = hashlib.sha256(content).hexdigest()
    if part.get_content_maintype() == "text":
        text = attempt(part.get_content)
        if isinstance(text, str):
            facts["text"] = text.encode("utf-8", "replace").decode("utf-8")
    return facts


def tree(part, leaves):
    kind = part.get_content_type()
    payload = part.get_payload()
    enters = kind.startswith("multipart/") or kind in ("message/rfc822", "message/global")
    if enters and isinstance(payload, list) and payload:
        return kind + "(" + ",".join(tree(child, leaves) for child in payload) + ")"
    leaves.append(part)
    return kind


def read(path):
    facts = {"case": os.path.splitext(os.path.basename(path))[0]}
    with open(path, "rb") as file:
        message = attempt(lambda: email.message_from_binary_file(file, policy=email.policy.default))
    if message is None:
        return facts
    leaves = []
    facts["tree"] = attempt(lambda: tree(message, leaves))
    facts["subject"] = attempt(lambda: str(message["subject"] or ""))
    for name in ("from", "to", "cc"):
        facts[name] = attempt(lambda: addresses(message, name))
    facts["date"] = attempt(lambda: date(message))
    facts["id"] = attempt(lambda: str(message["message-id"] or "").strip().strip("<>"))
    facts["parts"] = [leaf(part) for part in leaves] if facts["tree"] else None
    return facts


def flat(facts):
    """One level: parts.0.name. A fact that is None is no opinion."""
    flat_facts = {}
    for key, value in facts.items():
        if key == "parts":
            for number, part in enumerate(value or []):
                for name, fact in part.items():
                    flat_facts["parts.%d.%s" % (number, name)] = fact
        elif key != "case":
            flat_facts[key] = value
    return {key: value for key, value in flat_facts.items() if value is not None}


def load(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return {facts["case"]: facts for facts in map(json.loads, file)}


def load_list(path):
    known = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                where, _, why = line.partition(": ")
                known[where.strip()] = why.strip()
    return known


def compare(ours_path, python_path, gmime_path, list_path):
    ours, python, gmime = load(ours_path), load(python_path), load(gmime_path)
    known, agreed, messages, used = load_list(list_path), 0, 0, set()
    for case in sorted(ours):
        mine, one, two = flat(ours[case]), flat(python.get(case, {})), flat(gmime.get(case, {}))
        parts_agree = one.get("tree") == two.get("tree") == mine.get("tree")
        both = [key for key in one if key in two and one[key] == two[key]]
        messages += bool(both)
        for key in both:
            if key.startswith("parts.") and not parts_agree:
                continue
            agreed += 1
            where = case + " " + key
            if mine.get(key) == one[key]:
                continue
            used.add(where)
            if where not in known:
                print("differs: %s: ours %s, theirs %s" % (where, json.dumps(mine.get(key), ensure_ascii=False)[:300],
                      json.dumps(one[key], ensure_ascii=False)[:300]))
    for where, why in known.items():
        if where not in used:
            print("not needed any more: " + where)
        elif len(why) < 10:
            print("without a reason: " + where)
    print("%d messages of %d, %d facts" % (messages, len(ours), agreed))


if __name__ == "__main__":
    if sys.argv[1] == "read":
        for path in sys.argv[2:]:
            print(json.dumps(read(path)))
    else:
        compare(*sys.argv[2:])
