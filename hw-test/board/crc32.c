#include "crc32.h"

/* By bits: the store's records are short, and a table would cost 1 KB. */
uint32_t crc32(const uint8_t *bytes, uint32_t byte_length)
{
	uint32_t crc = 0xFFFFFFFF;
	for (uint32_t i = 0; i < byte_length; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}
