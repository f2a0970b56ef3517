/*
 * What a MIME part says of itself (RFC 2045, 2183, 2231, 2557, 8551, 3156): its declared type, its file
 * name and extension, whether it is an attachment, and whether it is a container that hides what is in
 * it. Only headers are read here, and the first bytes of the body where a type is recognised by them
 * (TNEF, "BEGIN PGP MESSAGE"); what the bytes really are is filter/engine/attachment/sniff.h.
 */
#ifndef MAIL_PART_FACTS_H
#define MAIL_PART_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"

/* Containers that are recognised and not entered. */
enum part_container {
	PART_CONTAINER_NONE,
	PART_CONTAINER_TNEF,            /* application/ms-tnef, winmail.dat */
	PART_CONTAINER_SMIME_SIGNED,    /* multipart/signed of PKCS #7, or smime-type=signed-data */
	PART_CONTAINER_SMIME_ENVELOPED, /* encrypted */
	PART_CONTAINER_SMIME_OTHER,     /* certificates, compressed data */
	PART_CONTAINER_PGP_SIGNED,
	PART_CONTAINER_PGP_ENCRYPTED, /* multipart/encrypted, or inline */
	PART_CONTAINERS,              /* how many there are */
};

struct part_facts {
	struct text type; /* declared, lower case, "image/png"; of RFC 2045, section 5.2, if none */
	struct text
	    name; /* file name in UTF-8, without directories; filename before name; or empty */
	struct text
	    extension; /* of the name, behind its last dot, lower case (Unicode); or empty */
	struct text
	    other_extension;     /* of the name in Content-Type, where that is not the name, too */
	struct text disposition; /* lower case: "attachment", "inline"; or empty */
	struct text content_id;  /* without brackets; or empty */
	struct text description; /* Content-Description, decoded; or empty */
	enum part_container container;
	bool has_type; /* the type was declared, in a usable way */
	bool
	    is_attachment; /* a leaf that readers show as a file: a disposition that says so or is unknown,
			       a name, or a type that is neither text nor multipart nor shown inline */
	bool is_encrypted; /* by its container */
	bool has_odd_name; /* part_facts_has_odd_characters(name) */
	bool malformed;    /* a header that it was read from was */
};

/* Texts live in the arena or are borrowed. `fields`: how many header fields are looked at. */
struct part_facts part_facts_parse(
    struct arena *arena, const struct mime_part *part, uint32_t fields);

/* Control characters, and those that are not seen or turn the direction of what is seen (U+202E makes
 * "txt.exe" read as "exe.txt"): a name with them is not what it looks like. They stay in it. */
bool part_facts_has_odd_characters(struct text name);

/* "tnef", "smime-signed", "smime-encrypted", "smime", "pgp-signed", "pgp-encrypted"; "": none. */
const char *part_container_word(enum part_container container);

/*
 * The size of the decoded body, counted by decoding in constant memory; *malformed_out says whether the
 * transfer encoding was.
 */
uint64_t part_facts_decoded_size(
    const struct mime_part *part, uint32_t fields, bool *malformed_out);

#endif
