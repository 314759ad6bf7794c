/* CRC-32/ISO-HDLC (reflected, polynomial 0x04C11DB7): the one of zlib and Ethernet. */
#ifndef CRC32_H
#define CRC32_H

#include <stdint.h>

/* Goes on from `crc`, the value of what came before: 0 for nothing. */
uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, uint32_t byte_length);

uint32_t crc32(const uint8_t *bytes, uint32_t byte_length);

#endif
