/*
 * SHA-256 by the text of FIPS 180-4, sections 5 and 6.
 */
#include "base/digest.h"

#include <string.h>

static const uint32_t digest_constants[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
    0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void
digest_init(struct digest *digest)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(digest->state, start, sizeof start);
	digest->size = 0;
}

static uint32_t
digest_rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static void
digest_expand(uint32_t words[64], const unsigned char block[64])
{
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = words[i - 15], b = words[i - 2];
		uint32_t s0 = digest_rotate(a, 7) ^ digest_rotate(a, 18) ^ a >> 3;
		uint32_t s1 = digest_rotate(b, 17) ^ digest_rotate(b, 19) ^ b >> 10;
		words[i] = words[i - 16] + s0 + words[i - 7] + s1;
	}
}

static void
digest_compress(struct digest *digest, const unsigned char block[64])
{
	uint32_t words[64], v[8];

	digest_expand(words, block);
	memcpy(v, digest->state, sizeof v);
	for (size_t i = 0; i < 64; i++) {
		uint32_t s1 =
		    digest_rotate(v[4], 6) ^ digest_rotate(v[4], 11) ^ digest_rotate(v[4], 25);
		uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t t1 = v[7] + s1 + choice + digest_constants[i] + words[i];
		uint32_t s0 =
		    digest_rotate(v[0], 2) ^ digest_rotate(v[0], 13) ^ digest_rotate(v[0], 22);
		uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += t1;
		v[0] = t1 + s0 + majority;
	}
	for (size_t i = 0; i < 8; i++)
		digest->state[i] += v[i];
}

void
digest_add(struct digest *digest, struct text bytes)
{
	const unsigned char *data = (const unsigned char *)bytes.data;
	size_t used = digest->size % 64;

	digest->size += bytes.size;
	while (bytes.size > 0) {
		size_t taken = 64 - used < bytes.size ? 64 - used : bytes.size;
		memcpy(digest->block + used, data, taken);
		data += taken;
		bytes.size -= taken;
		used += taken;
		if (used == 64) {
			digest_compress(digest, digest->block);
			used = 0;
		}
	}
}

struct text
digest_format(struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint64_t bits = digest->size * 8;
	unsigned char length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	digest_add(digest, TEXT("\x80"));
	while (digest->size % 64 != 56)
		digest_add(digest, TEXT("\0"));
	digest_add(digest, (struct text){(const char *)length, sizeof length});
	for (size_t i = 0; i < 64; i++)
		hex[i] = digits[digest->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	hex[64] = '\0';
	return (struct text){hex, 64};
}
