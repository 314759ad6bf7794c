/* SHA-256, FIPS 180-4. */
#ifndef SHA256_H
#define SHA256_H

#include <stdint.h>

#define SHA256_BYTES 32u
#define SHA256_BLOCK_BYTES 64u

struct sha256 {
	uint32_t state[8];
	uint64_t message_bytes;
	uint8_t block[SHA256_BLOCK_BYTES];
};

void sha256_start(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const uint8_t *bytes, uint32_t byte_length);
void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

#endif
