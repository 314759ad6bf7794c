/*
 * A power-safe key-value store in the `storage` partition.
 *
 * The partition is two banks of four pages. One bank is in use: a head, then a log of records, each
 * written by one flash operation and closed by a CRC, so that a record cut short does not count and
 * the older value stands. When the log is full, or ends in such a torn record, the live records are
 * copied to the other bank; its head, with the next sequence number, is written last and makes the
 * change at once. Both banks wear alike.
 *
 *   head    magic "KV1\0", sequence u32, CRC-32 of those u32, 4 bytes erased
 *   record  CRC-32 of the rest u32, value length u16, name length u8, type u8, name, value,
 *           erased bytes up to the write block
 *
 * RAM: one record, 1.1 KB. Room for 64 keys with values of up to 200 bytes.
 */
#ifndef KV_H
#define KV_H

#include <stdbool.h>
#include <stdint.h>

/* `path/key`, 15 characters each: Zephyr's settings join them in the same way. */
#define KV_NAME_MAX_BYTES 31u
#define KV_VALUE_MAX_BYTES 1024u

enum kv_type { KV_DELETED = 0, KV_BUFFER = 1, KV_STRING = 2 };

struct kv_value {
	enum kv_type type;
	const uint8_t *bytes; /* kv_read: in flash, until the next write or delete */
	uint32_t byte_length;
};

enum kv_result { KV_OK, KV_NAME_INVALID, KV_VALUE_TOO_LONG, KV_FULL };

const char *kv_result_text(enum kv_result result);

/* False if there is no such name. */
bool kv_read(const char *name, struct kv_value *value);
/* Atomic. Writes nothing if the value is already there. */
enum kv_result kv_write(const char *name, const struct kv_value *value);
/* Atomic. KV_OK too when there is no such name. */
enum kv_result kv_delete(const char *name);

#endif
