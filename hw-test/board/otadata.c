#include "otadata.h"

#include "board_assert.h"
#include "bytes.h"
#include "crc32.h"
#include "flash.h"

#include <string.h>

#define ENTRY_BYTES 32u
#define OFFSET_LABEL 4u
#define OFFSET_STATE 24u
#define OFFSET_CRC 28u
#define NO_NUMBER UINT32_MAX

static uint32_t crc_of(uint32_t seq)
{
	uint8_t bytes[4];
	put_u32(bytes, seq);
	return crc32_update(UINT32_MAX, bytes, sizeof bytes);
}

struct otadata otadata_read(unsigned index)
{
	const uint8_t *at = flash_view(&partition_otadata, index * FLASH_PAGE_BYTES, ENTRY_BYTES);
	struct otadata entry = {
		.seq = get_u32(at), .state = get_u32(at + OFFSET_STATE), .crc = get_u32(at + OFFSET_CRC)};
	memcpy(entry.label, at + OFFSET_LABEL, OTADATA_LABEL_BYTES);
	return entry;
}

void otadata_erase(unsigned index)
{
	board_check(flash_erase_page(&partition_otadata, index * FLASH_PAGE_BYTES) == FLASH_OK);
}

void otadata_write(unsigned index, const struct otadata *entry)
{
	uint8_t bytes[ENTRY_BYTES];
	put_u32(bytes, entry->seq);
	memcpy(bytes + OFFSET_LABEL, entry->label, OTADATA_LABEL_BYTES);
	put_u32(bytes + OFFSET_STATE, entry->state);
	put_u32(bytes + OFFSET_CRC, entry->crc);
	otadata_erase(index);
	board_check(flash_write(&partition_otadata, index * FLASH_PAGE_BYTES, bytes, sizeof bytes) ==
		FLASH_OK);
}

bool otadata_has_number(const struct otadata *entry)
{
	return entry->seq != NO_NUMBER && entry->crc == crc_of(entry->seq);
}

bool otadata_is_out(const struct otadata *entry)
{
	return entry->seq == NO_NUMBER || entry->state == OTA_INVALID || entry->state == OTA_ABORTED;
}

void otadata_number(struct otadata *entry, uint32_t seq)
{
	entry->seq = seq;
	entry->crc = crc_of(seq);
}

unsigned otadata_slot(const struct otadata *entry)
{
	return (entry->seq - 1) % PARTITION_OTA_COUNT;
}

static bool counts(const struct otadata *entry)
{
	return !otadata_is_out(entry) && otadata_has_number(entry);
}

int otadata_active(const struct otadata entries[OTADATA_ENTRIES])
{
	bool first = counts(&entries[0]);
	bool second = counts(&entries[1]);
	if (first && second)
		return entries[1].seq > entries[0].seq ? 1 : 0;
	if (!first && !second)
		return OTADATA_NONE;
	return first ? 0 : 1;
}
