"""Writes the messages of attachment_facts.t into the directory that is given, one file a case. Files are
built from the formats' specifications, as far as a true type needs it; none can be run."""
import base64
import bz2
import gzip
import io
import os
import struct
import sys
import tarfile
import zipfile
import zlib

directory = sys.argv[1]
BOUNDARY = "=_b"


def message(name, *parts):
    """A multipart message; a part is (header lines, bytes), sent in base64."""
    with open(os.path.join(directory, name), "wb") as out:
        out.write(b"From: a@x.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"%s\"\n\n"
                  % BOUNDARY.encode())
        for header, body in parts:
            out.write(b"--%s\n%s\nContent-Transfer-Encoding: base64\n\n" % (BOUNDARY.encode(), header.encode()))
            out.write(base64.encodebytes(body))
        out.write(b"--%s--\n" % BOUNDARY.encode())


def attached(name, body, declared="application/octet-stream"):
    return ('Content-Type: %s\nContent-Disposition: attachment; filename="%s"' % (declared, name), body)


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


def tarred(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, body in members:
            information = tarfile.TarInfo(name)
            information.size = len(body)
            archive.addfile(information, io.BytesIO(body))
    return out.getvalue()


def gzipped(name, body):
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=out, mtime=0) as file:
        file.write(body)
    return out.getvalue()


def ole(*entries):
    """A compound file: its header, and one sector of directory entries."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    sectors = b""
    for name, kind in (("Root Entry", 5),) + entries:
        wide = name.encode("utf-16-le") + b"\0\0"
        sectors += wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1) + bytes(60)
    return header + sectors.ljust(1024, b"\0")


exe = (b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\0\0" +
       struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 0xE0, 0x102) + struct.pack("<H", 0x10B) + bytes(300))
png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0" + bytes(20)
jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(20)
html = b"<!DOCTYPE html>\n<html><body><form action='http://x.test/'></form></body></html>\n"
shell = b"#!/bin/sh\nexec rm -rf /\n"
script = b"var shell = new ActiveXObject('WScript.Shell');\nshell.Run('calc');\n"
pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
types = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
word = (("[Content_Types].xml", types), ("_rels/.rels", b"<r/>"), ("word/document.xml", b"<w/>"))
macro = ole(("Macros", 1), ("WordDocument", 2), ("_VBA_PROJECT", 2))

message("exe", attached("report.txt", exe, "text/plain"), attached("invoice.pdf", exe, "application/pdf"),
        attached("setup.exe", exe, "application/x-msdownload"), attached("photo.jpg.exe", exe),
        ("Content-Type: application/octet-stream", exe))
message("scripts", attached("notes.txt", shell, "text/plain"), attached("a.js", script, "text/plain"),
        attached("a.vbs", b"MsgBox 1\n"), attached("x.hta", html, "text/html"), attached("go.bat", b"@echo off\r\n"),
        attached("a.lnk", b"L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(60)),
        attached("a.jar", zipped(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"))))
message("mismatch", attached("a.png", html, "image/png"), attached("a.png", jpeg, "image/png"),
        attached("a.doc", zipped(*word), "application/msword"), attached("a.xls", html, "application/vnd.ms-excel"),
        attached("a.pdf", zipped(("x", b"x")), "application/pdf"), attached("a.dat", exe), attached("a.xyz", pdf),
        attached("a.pdf", pdf, "text/plain"), attached("a.pdf", pdf, "application/x-msdownload"),
        attached("annex=?", pdf), attached("a.zip", zipped(("x", b"x")), "application/x-zip-compressed"),
        attached("track.mp3", png, "audio/mpeg"), attached("safe\u202efdp.scr", exe),
        attached("a.exe", b"text\n", "image/gif"))
message("macros", attached("a.docx", zipped(*word)), attached("b.docx", zipped(*word, ("word/vbaProject.bin", b"x"))),
        attached("c.doc", macro), attached("d.doc", ole(("WordDocument", 2))), attached("e.docm", zipped(*word)),
        attached("f.xls", ole(("Workbook", 2), ("_VBA_PROJECT_CUR", 1))),
        attached("g.zip", zipped(("in/c.doc", macro))), attached("g2.zip", zipped(("b.docx", zipped(*word, ("word/vbaProject.bin", b"x"))))), attached("h.rtf", b"{\\rtf1 {\\object\\objemb{\\*\\objdata 00}}}"),
        attached("i.rtf", b"{\\rtf1 hello}"), attached("j.pdf", pdf + b"<< /S /JavaScript /JS (x) >>\n"),
        attached("k.pdf", pdf + b"<< /S /J#61vaScript /JS (x) >>\n"),
        attached("l.odt", zipped(("mimetype", b"application/vnd.oasis.opendocument.text"),
                                 ("Basic/Standard/Module1.xml", b"<x/>"))),
        attached("m.xlsm", zipped(*word[:2], ("xl/workbook.xml", b"<w/>"), ("xl/macrosheets/sheet1.xml", b"<x/>"))))
# The directory of an OLE file may stand far behind what libmagic is given.
message("far", attached("a.doc", ole() + bytes(512 * 1000) + macro[512:]))

locked = bytearray(zipped(("secret.txt", b"hidden words")))
locked[6] |= 1
locked[locked.find(b"PK\1\2") + 8] |= 1
message("encrypted", attached("a.zip", bytes(locked)), attached("b.zip", zipped(("in.zip", bytes(locked)))),
        attached("c.docx", ole(("EncryptedPackage", 2), ("EncryptionInfo", 2))),
        attached("d.pdf", pdf + b"trailer << /Encrypt 5 0 R >>\n"), attached("e.pdf", pdf + b"<< /EncryptMetadata false >>"),
        attached("f.asc", b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n"), attached("g.zip", zipped(("a", b"open"))))

deepest = zipped(("setup.exe", exe))
nested = tarred(("deep/inner.zip", deepest))
message("nested", attached("a.zip", zipped(("dir/", b""), ("dir/b.tgz", gzip.compress(nested, mtime=0)), ("read.me", b"hello\n"))),
        attached("evil.exe.gz", gzip.compress(exe, mtime=0)), attached("x.gz", gzipped("inner name.sh", shell)),
        attached("t.tar.bz2", bz2.compress(tarred(("../../etc/passwd", b"root\n"), ("/abs", b"x\n")))),
        attached("u.zip", zipped(("gr\u00fc\u00dfe.txt", b"x\n"))))
level = zipped(("leaf.txt", b"leaf\n"))
for number in range(6):
    level = zipped(("level%d.zip" % number, level))
message("deep", attached("a.zip", level))

plain = zipped(("a.txt", b"hello\n"))
at = plain.rfind(b"a.txt")
message("liar", attached("a.zip", plain[:at] + b"a.exe" + plain[at + 5:]),
        attached("sfx.exe", exe + zipped(("payload.js", script))),
        attached("b.zip", zipped(("in.zip", zipped(("stored.txt", b"x\n"))), method=zipfile.ZIP_STORED)))
whole = zipped(("one.txt", b"one\n"), ("two.txt", os.urandom(3000)))
message("damaged", attached("a.zip", whole[:1500]), attached("b.tgz", gzip.compress(tarred(("a", b"a")), mtime=0)[:-30]),
        attached("c.zip", b"PK\3\4" + bytes(200)))

bomb = zipped(("zeros", bytes(30 << 20)))
for number in range(5):
    bomb = zipped(*[("%d.zip" % copy, bomb) for copy in range(8)])
message("bomb", attached("bomb.zip", bomb))
message("stream_bomb", attached("zeros.gz", gzip.compress(bytes(300 << 20))))
message("many", attached("many.zip", zipped(*[("f%d" % number, b"x") for number in range(10000)], method=zipfile.ZIP_STORED)))
message("small_bombs", *[attached("z.gz", gzip.compress(bytes(3 << 20))) for number in range(120)])


def overlapping():
    """Many entries of the directory share one local header and its data (as David Fifield's bombs do)."""
    body = zlib.compress(bytes(1 << 20), 9)[2:-4]
    crc = zlib.crc32(bytes(1 << 20))
    fixed = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(body), 1 << 20, 1, 0)
    out = b"PK\3\4" + fixed + b"A" + body
    entries = b""
    for number in range(500):
        entries += (b"PK\1\2" + struct.pack("<H", 20) + fixed[:-4] +
                    struct.pack("<HHHHHII", 4, 0, 0, 0, 0, 0, 0) + b"%04d" % number)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 500, 500, len(entries), len(out), 0)
    return out + entries + end


message("overlap", attached("a.zip", overlapping()))


def quine_like():
    """A zip that holds, stored, the beginning of itself: a reader that follows it never comes to an end."""
    inner = plain
    for _ in range(3):
        inner = zipped(("r/r.zip", inner), method=zipfile.ZIP_STORED)
    return inner


message("quine", attached("r.zip", quine_like()))

with open(os.path.join(directory, "uuencode"), "wb") as out:
    import binascii
    out.write(b"From: a@x.test\n\nSee below.\n\nbegin 644 tool.exe\n")
    for at in range(0, len(exe), 45):
        out.write(binascii.b2a_uu(exe[at:at + 45]))
    out.write(b"`\nend\nbye\n")
with open(os.path.join(directory, "none"), "wb") as out:
    out.write(b"From: a@x.test\n\nbegin with the text\n")
with open(os.path.join(directory, "large"), "wb") as out:
    out.write(b"From: a@x.test\nContent-Type: application/octet-stream; name=large.bin\n"
              b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(os.urandom(57 * 1000)) * 1300)


def in_base64(header, content):
    return (b"From: a@x.test\nContent-Type: " + header + b"\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(content))


def attached_message(header, content):
    return (b"Content-Type: " + header + b"\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(content))


program = in_base64(b"application/octet-stream; name=tool.bin", exe)
level = program
for _ in range(6):
    level = in_base64(b"message/rfc822", level)
with open(os.path.join(directory, "messages"), "wb") as out:
    out.write(b"From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n")
    for part in (attached_message(b"message/rfc822", program),
                 attached_message(b"application/octet-stream; name=mail.eml",
                                  in_base64(b"application/zip; name=a.zip", zipped(("a.txt", exe)))),
                 attached_message(b"application/octet-stream; name=plain.eml",
                                  b"From: a@x.test\n\nnothing\n"),
                 attached_message(b"message/rfc822", level)):
        out.write(b"--b\n" + part)
    out.write(b"--b--\n")
with open(os.path.join(directory, "message_bomb"), "wb") as out:
    out.write(b"From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n")
    many = b"Content-Type: multipart/mixed; boundary=c\n\n" + b"--c\n\n" * 20000
    for _ in range(200):
        out.write(b"--b\nContent-Type: application/octet-stream; name=a.eml\n\n" + many)
    out.write(b"--b--\n")
message("names", attached("a.txt", b"WScript.Echo 1\n", 'text/plain; name="a.vbs"'),
        attached("b.txt", b"hello\n", 'text/plain; name="c.txt"'))
