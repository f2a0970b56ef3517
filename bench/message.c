/*
 * Writes a message of about the wanted size, always the same for the same seed: 2.9 KB of header as
 * real mail has it (five Received fields, a DKIM signature, list fields), and multipart/mixed with a
 * text of random words and a base64 attachment that fills the rest.
 *
 *	message SIZE [SEED] >file
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { MESSAGE_LINE = 76, MESSAGE_TEXT_MAX = 4000, MESSAGE_TAIL = 40 };

struct source {
	uint64_t state;
	size_t written;
};

static unsigned
source_next(struct source *source, unsigned limit)
{
	/* xorshift64*: the same numbers on every system. */
	source->state ^= source->state >> 12;
	source->state ^= source->state << 25;
	source->state ^= source->state >> 27;
	return (unsigned)((source->state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static void
put(struct source *source, const char *text)
{
	while (*text != '\0') {
		putchar(*text++);
		source->written++;
	}
}

static void
put_base64(struct source *source, size_t count)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < count; i++)
		putchar(digits[source_next(source, 64)]);
	source->written += count;
}

static void
put_received(struct source *source, int hop)
{
	char line[400];

	snprintf(line, sizeof line,
	    "Received: from relay%d.example.net (relay%d.example.net [192.0.2.%u])\n"
	    "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
	    "\tby mx%d.example.org (Sample) with ESMTPS id %08X%04X\n"
	    "\tfor <reader@example.org>; Mon, 16 Nov 2026 08:1%d:%02u +0000 (UTC)\n",
	    hop, hop, source_next(source, 250) + 1, hop + 1, source_next(source, 1u << 30),
	    source_next(source, 65536), hop, source_next(source, 60));
	put(source, line);
}

static void
put_signature(struct source *source)
{
	put(source, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net;\n"
		    "\ts=autumn; h=from:to:subject:date:message-id:list-id:mime-version;\n"
		    "\tbh=");
	put_base64(source, 43);
	put(source, "=;\n\tb=");
	for (int line = 0; line < 5; line++) {
		put_base64(source, 68);
		put(source, line < 4 ? "\n\t " : "==\n");
	}
}

static void
put_header(struct source *source)
{
	put(source, "Return-Path: <garden-bounces@lists.example.net>\n");
	for (int hop = 5; hop > 0; hop--)
		put_received(source, hop);
	put_signature(source);
	put(source, "Date: Mon, 16 Nov 2026 09:10:11 +0100\n"
		    "From: \"The Garden List\" <garden@lists.example.net>\n"
		    "To: \"A. Reader\" <reader@example.org>\n"
		    "Subject: [garden] Notes on pruning old apple trees, and a question about\n"
		    "\tthe winter storage of pears\n"
		    "Message-ID: <20261116081011.4711.garden@lists.example.net>\n"
		    "In-Reply-To: <20261115190042.4690.garden@lists.example.net>\n"
		    "References: <20261114120000.4650.garden@lists.example.net>\n"
		    "\t<20261115190042.4690.garden@lists.example.net>\n"
		    "List-Id: Old trees and how to keep them <garden.lists.example.net>\n"
		    "List-Unsubscribe: <mailto:garden-leave@lists.example.net>,\n"
		    "\t<https://lists.example.net/garden/leave>\n"
		    "List-Archive: <https://lists.example.net/garden/archive>\n"
		    "List-Post: <mailto:garden@lists.example.net>\n"
		    "Precedence: list\n"
		    "X-Mailer: Sample Letter Writer 7.2\n"
		    "MIME-Version: 1.0\n"
		    "Content-Type: multipart/mixed; boundary=\"=_part_4711\"\n"
		    "\n");
}

static void
put_words(struct source *source, size_t size)
{
	static const char *const words[] = {"the", "tree", "branch", "winter", "pear", "apple",
	    "we", "cut", "slowly", "ladder", "and", "frost", "cellar", "straw", "basket", "of",
	    "early", "From", "orchard", "neighbour", "wood", "in", "saw", "bark", "spring", "a"};
	size_t end = source->written + size, column = 0;

	while (source->written < end) {
		const char *word = words[source_next(source, sizeof words / sizeof *words)];
		size_t before = source->written;
		put(source, word);
		column += source->written - before + 1;
		put(source, column > 64 ? "\n" : " ");
		column = column > 64 ? 0 : column;
	}
	put(source, "\n");
}

static void
put_message(struct source *source, size_t size)
{
	put_header(source);
	size_t rest = size > source->written ? size - source->written : 0;
	put(source, "--=_part_4711\nContent-Type: text/plain; charset=utf-8\n\n");
	put_words(source, rest / 2 < MESSAGE_TEXT_MAX ? rest / 2 : MESSAGE_TEXT_MAX);
	put(source, "--=_part_4711\nContent-Type: image/jpeg; name=\"pear.jpg\"\n"
		    "Content-Transfer-Encoding: base64\n"
		    "Content-Disposition: attachment; filename=\"pear.jpg\"\n\n");
	while (source->written + MESSAGE_LINE + MESSAGE_TAIL < size) {
		put_base64(source, MESSAGE_LINE);
		put(source, "\n");
	}
	put(source, "--=_part_4711--\n");
}

int
main(int count, char **arguments)
{
	struct source source = {.state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1};

	if (count < 2 || count > 3 || source.state == 0) {
		fputs("usage: message SIZE [SEED, not 0] >file\n", stderr);
		return EX_USAGE;
	}
	put_message(&source, strtoull(arguments[1], NULL, 10));
	return fflush(stdout) == 0 && !ferror(stdout) ? EX_OK : EX_IOERR;
}
