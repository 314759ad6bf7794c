/*
 * ESP-IDF's `otadata` partition: two sectors with an entry each (esp_flash_partitions.h,
 * esp_ota_select_entry_t; bootloader_common_loader.c says which one counts). In a sector, by offset:
 *
 *      0  ota_seq    u32: counts up; the partition is ota_((ota_seq - 1) % 2)
 *      4  seq_label  20 bytes, unused
 *     24  ota_state  u32: enum ota_state
 *     28  crc        u32: CRC-32 of ota_seq alone
 *
 * What bootloader and application share, as they do there. Its own oracle: tools/image/otadata.ts.
 */
#ifndef OTADATA_H
#define OTADATA_H

#include <stdbool.h>
#include <stdint.h>

#define OTADATA_ENTRIES 2u
#define OTADATA_LABEL_BYTES 20u
/* No entry. */
#define OTADATA_NONE (-1)

enum ota_state {
	OTA_NEW = 0,
	OTA_PENDING_VERIFY = 1,
	OTA_VALID = 2,
	OTA_INVALID = 3,
	OTA_ABORTED = 4,
	OTA_UNDEFINED = 0xFFFFFFFF,
};

struct otadata {
	uint32_t seq;
	uint8_t label[OTADATA_LABEL_BYTES];
	uint32_t state;
	uint32_t crc;
};

struct otadata otadata_read(unsigned index);

/* Erases the sector, then writes it: two operations. */
void otadata_write(unsigned index, const struct otadata *entry);
void otadata_erase(unsigned index);

/* Its number is one that was written, whatever its state. */
bool otadata_has_number(const struct otadata *entry);
/* It is never started: there is no number, or it has failed. The CRC is not looked at. */
bool otadata_is_out(const struct otadata *entry);

/* A number with its CRC. */
void otadata_number(struct otadata *entry, uint32_t seq);

/* Which application partition it means: 0 or 1. */
unsigned otadata_slot(const struct otadata *entry);

/* The entry that counts: of those that are whole and not out the one with the higher number. */
int otadata_active(const struct otadata entries[OTADATA_ENTRIES]);

#endif
