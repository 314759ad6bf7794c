/* SHA-512 and SHA-384, FIPS 180-4. */
#ifndef SHA512_H
#define SHA512_H

#include <stdbool.h>
#include <stdint.h>

#define SHA512_BYTES 64u
#define SHA384_BYTES 48u
#define SHA512_BLOCK_BYTES 128u

struct sha512 {
	uint64_t state[8];
	uint64_t message_bytes;
	uint8_t block[SHA512_BLOCK_BYTES];
};

void sha512_start(struct sha512 *hash);
/* The digest's first SHA384_BYTES bytes are then SHA-384's. */
void sha384_start(struct sha512 *hash);
void sha512_update(struct sha512 *hash, const uint8_t *bytes, uint32_t byte_length);
void sha512_finish(struct sha512 *hash, uint8_t digest[SHA512_BYTES]);

#endif
