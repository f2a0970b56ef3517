/*
 * Thirty-two digits at a time in the registers of AVX2, by the method of Mula and Lemire ("Faster Base64
 * Encoding and Decoding Using AVX2 Instructions", 2018): two look-ups by the halves of a byte tell
 * digits from all else, a third gives what has to be added to a digit to make it its value, and two
 * multiplications bring four values together. A line end inside of a block ends it early: the quanta
 * in front of it count, and the next block begins behind it.
 */
#include "mail/base64_run.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/platform/x86.h>

enum { BASE64_RUN_DIGITS = 32, BASE64_RUN_BYTES = 24 };

/* Bit n: byte n is no digit. *values_out: what the digits stand for. */
__attribute__((target("avx2"))) static inline uint32_t
base64_run_values(__m256i block, __m256i *values_out)
{
	/* Of a byte's upper and lower half: a bit that both have means that it is no digit. */
	const __m256i by_low = _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	    0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A, 0x15, 0x11, 0x11, 0x11, 0x11, 0x11,
	    0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
	const __m256i by_high = _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
	    0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x01, 0x02, 0x04, 0x08,
	    0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
	/* What to add, by the upper half; one less for '/', which has the half of '+'. */
	const __m256i to_add = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i half = _mm256_set1_epi8(0x0F), slash = _mm256_set1_epi8('/');
	__m256i high = _mm256_and_si256(_mm256_srli_epi32(block, 4), half);
	__m256i low = _mm256_and_si256(block, half);
	__m256i shared =
	    _mm256_and_si256(_mm256_shuffle_epi8(by_low, low), _mm256_shuffle_epi8(by_high, high));
	__m256i row = _mm256_add_epi8(high, _mm256_cmpeq_epi8(block, slash));

	*values_out = _mm256_add_epi8(block, _mm256_shuffle_epi8(to_add, row));
	__m256i is_digit = _mm256_cmpeq_epi8(shared, _mm256_setzero_si256());
	return ~(uint32_t)_mm256_movemask_epi8(is_digit);
}

/* Thirty-two values of six bits each to twenty-four bytes; touches eight more. */
__attribute__((target("avx2"))) static inline void
base64_run_store(__m256i values, unsigned char *out)
{
	const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1,
	    -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	__m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
	__m256i quanta = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
	__m256i bytes = _mm256_shuffle_epi8(quanta, order);

	bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
	_mm256_storeu_si256((__m256i *)out, bytes);
}

/* The size of the line end there: 0, 1 or 2. Two bytes can be read. */
static inline size_t
base64_run_line_end(const unsigned char *in)
{
	if (in[0] == '\n')
		return 1;
	return in[0] == '\r' && in[1] == '\n' ? 2 : 0;
}

/* Takes the digits up to the next line end or whatever else is there, and that line end. False: the
 * run is over. *digits_out: how many they were. */
__attribute__((target("avx2"))) static inline bool
base64_run_take_rest(struct base64_run *run, size_t *digits_out)
{
	const unsigned char *begin = run->in;

	while (run->in_end - run->in >= BASE64_RUN_DIGITS + 2 &&
	       run->out_end - run->out >= BASE64_RUN_DIGITS) {
		__m256i values, block = _mm256_loadu_si256((const __m256i *)run->in);
		uint32_t others = base64_run_values(block, &values);
		unsigned digits = others == 0 ? 32 : (unsigned)__builtin_ctz(others);

		base64_run_store(values, run->out);
		run->in += digits / 4 * 4;
		run->out += digits / 4 * 3;
		if (others == 0)
			continue;
		*digits_out = (size_t)(run->in - begin);
		size_t end = digits % 4 == 0 ? base64_run_line_end(run->in) : 0;
		run->in += end;
		return end > 0;
	}
	return false;
}

/*
 * Takes lines that are as long as the one before, as those of a body are: where the next one begins
 * is then known before this one is decoded, so that the processor need not wait for it. Ends in front
 * of a line that is otherwise.
 */
__attribute__((target("avx2"))) static inline void
base64_run_take_lines(struct base64_run *run, size_t digits)
{
	size_t size = digits / 4 * 3;

	while ((size_t)(run->in_end - run->in) >= digits + BASE64_RUN_DIGITS + 2 &&
	       (size_t)(run->out_end - run->out) >= size + BASE64_RUN_DIGITS) {
		size_t end = base64_run_line_end(run->in + digits);
		uint32_t others = end == 0;

		for (size_t at = 0; at < digits; at += BASE64_RUN_DIGITS) {
			const unsigned char *in = run->in + at;
			__m256i values, block = _mm256_loadu_si256((const __m256i *)in);
			uint32_t not_digits = base64_run_values(block, &values);
			if (digits - at < BASE64_RUN_DIGITS)
				not_digits &= (UINT32_C(1) << (digits - at)) - 1;
			others |= not_digits;
			base64_run_store(values, run->out + at / 4 * 3);
		}
		if (others != 0)
			return;
		run->in += digits + end;
		run->out += size;
	}
}

__attribute__((target("avx2"))) static void
base64_run_take_blocks(struct base64_run *run)
{
	size_t digits = 0;

	while (base64_run_take_rest(run, &digits))
		if (digits > 0)
			base64_run_take_lines(run, digits);
}

void
base64_run_take(struct base64_run *run)
{
	/* The C library has asked the processor already: in a virtual machine that is dear. */
	if (CPU_FEATURE_ACTIVE(AVX2))
		base64_run_take_blocks(run);
}
