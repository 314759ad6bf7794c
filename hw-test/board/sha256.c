#include "sha256.h"

#include <string.h>

/* FIPS 180-4, 4.2.2. */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t value, int bits)
{
	return value >> bits | value << (32 - bits);
}

static uint32_t get_u32_be(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* 6.2.2, step 1: the message schedule. */
static void schedule(uint32_t words[64], const uint8_t *block)
{
	for (int i = 0; i < 16; i++)
		words[i] = get_u32_be(block + 4 * i);
	for (int i = 16; i < 64; i++) {
		uint32_t a = words[i - 15], b = words[i - 2];
		uint32_t s0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
		uint32_t s1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
		words[i] = words[i - 16] + s0 + words[i - 7] + s1;
	}
}

/*
 * 6.2.2, step 3, for one word. What the standard then moves on by one name, a to b and so on, the
 * callers do by the order in which they name the variables.
 */
#define ROUND(a, b, c, d, e, f, g, h, at) \
	do { \
		uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25); \
		uint32_t t1 = h + s1 + ((e & (f ^ g)) ^ g) + round_constants[at] + words[at]; \
		uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22); \
		d += t1; \
		h = t1 + s0 + ((a & b) | (c & (a | b))); \
	} while (0)

/* 6.2.2, steps 2 to 4. */
static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t words[64];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	schedule(words, block);
	for (int i = 0; i < 64; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, i);
		ROUND(h, a, b, c, d, e, f, g, i + 1);
		ROUND(g, h, a, b, c, d, e, f, i + 2);
		ROUND(f, g, h, a, b, c, d, e, i + 3);
		ROUND(e, f, g, h, a, b, c, d, i + 4);
		ROUND(d, e, f, g, h, a, b, c, i + 5);
		ROUND(c, d, e, f, g, h, a, b, i + 6);
		ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_start(struct sha256 *hash)
{
	/* 5.3.3. */
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
		0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	memcpy(hash->state, initial, sizeof initial);
	hash->message_bytes = 0;
}

void sha256_update(struct sha256 *hash, const uint8_t *bytes, uint32_t byte_length)
{
	while (byte_length > 0) {
		uint32_t used = (uint32_t)(hash->message_bytes % SHA256_BLOCK_BYTES);
		uint32_t room = SHA256_BLOCK_BYTES - used;
		uint32_t now = byte_length < room ? byte_length : room;
		if (now == SHA256_BLOCK_BYTES)
			compress(hash->state, bytes);
		else {
			memcpy(hash->block + used, bytes, now);
			if (now == room)
				compress(hash->state, hash->block);
		}
		hash->message_bytes += now;
		bytes += now;
		byte_length -= now;
	}
}

void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES])
{
	static const uint8_t padding[SHA256_BLOCK_BYTES] = {0x80};
	uint64_t message_bits = hash->message_bytes * 8;
	uint32_t used = (uint32_t)(hash->message_bytes % SHA256_BLOCK_BYTES);
	uint8_t length[8];
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(message_bits >> (56 - 8 * i));
	sha256_update(hash, padding, (used < 56 ? 56 : 120) - used); /* 5.1.1 */
	sha256_update(hash, length, sizeof length);
	for (int i = 0; i < 32; i++)
		digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
