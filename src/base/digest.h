/*
 * SHA-256 (FIPS 180-4), for names that nobody may be able to forge. Not for speed: it is used only
 * when a delivery is repeated.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

#include "base/text.h"

enum { DIGEST_HEX_SIZE = 65 };

struct digest {
	uint32_t state[8];
	uint64_t size;
	unsigned char block[64];
};

void digest_init(struct digest *digest);
void digest_add(struct digest *digest, struct text bytes);
/* The digest in lower-case hexadecimal, NUL-terminated. The digest must be initialised again before
 * further use. */
struct text digest_format(struct digest *digest, char hex[DIGEST_HEX_SIZE]);

#endif
