#include "boot_states.h"

#include "board_assert.h"
#include "boot.h"
#include "bytes.h"
#include "files.h"
#include "flash.h"
#include "hal.h"
#include "sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

static const uint8_t *take(struct reader *reader, uint32_t byte_length)
{
	const uint8_t *bytes = reader->at;
	board_check(byte_length <= (size_t)(reader->end - reader->at));
	reader->at += byte_length;
	return bytes;
}

static uint32_t take_u32(struct reader *reader)
{
	return get_u32(take(reader, 4));
}

struct piece {
	const uint8_t *bytes;
	uint32_t byte_length;
};

/* By whole pages: this is done thousands of times. */
static bool is_page_erased(const struct partition *slot, uint32_t offset)
{
	static uint8_t erased[FLASH_PAGE_BYTES];
	memset(erased, FLASH_ERASED, sizeof erased);
	return memcmp(flash_view(slot, offset, sizeof erased), erased, sizeof erased) == 0;
}

static void erase_slot(const struct partition *slot)
{
	for (uint32_t offset = 0; offset < slot->byte_length; offset += FLASH_PAGE_BYTES)
		if (!is_page_erased(slot, offset))
			hal_flash_fill(slot->address + offset, FLASH_ERASED, FLASH_PAGE_BYTES);
}

static void lay_out(struct reader *reader, const struct piece *pieces, uint32_t piece_count)
{
	erase_slot(&partition_primary);
	erase_slot(&partition_secondary);
	for (uint32_t count = take_u32(reader); count > 0; count--) {
		uint32_t address = take_u32(reader);
		uint32_t index = take_u32(reader);
		board_check(index < piece_count && address < FLASH_BYTES &&
			pieces[index].byte_length <= FLASH_BYTES - address);
		hal_flash_store(address, pieces[index].bytes, pieces[index].byte_length);
	}
}

/* Slot, page and content of each page that is not erased. */
static void hash_slot(struct sha256 *hash, const struct partition *slot)
{
	for (uint32_t offset = 0; offset < slot->byte_length; offset += FLASH_PAGE_BYTES) {
		uint8_t address[4];
		if (is_page_erased(slot, offset))
			continue;
		put_u32(address, slot->address + offset);
		sha256_update(hash, address, sizeof address);
		sha256_update(hash, flash_view(slot, offset, FLASH_PAGE_BYTES), FLASH_PAGE_BYTES);
	}
}

static void boot_and_tell(void)
{
	struct image image;
	struct sha256 hash;
	uint8_t digest[SHA256_BYTES];
	struct boot_result result = boot_update();
	bool is_bootable = !result.halted && image_validate(&image, &partition_primary);
	sha256_start(&hash);
	hash_slot(&hash, &partition_primary);
	hash_slot(&hash, &partition_secondary);
	sha256_finish(&hash, digest);
	printf("%s %s ", result.refused ? "refused" : result.swap, is_bootable ? image.version : "-");
	for (unsigned i = 0; i < sizeof digest; i++)
		printf("%02x", digest[i]);
	printf("\n");
}

int boot_states_run(const char *path)
{
	size_t byte_length;
	const uint8_t *bytes = file_read(path, &byte_length);
	struct reader reader = {bytes, bytes + byte_length};
	uint32_t piece_count = take_u32(&reader);
	struct piece *pieces = calloc(piece_count + 1, sizeof *pieces);
	board_check(pieces != NULL);
	for (uint32_t i = 0; i < piece_count; i++) {
		pieces[i].byte_length = take_u32(&reader);
		pieces[i].bytes = take(&reader, pieces[i].byte_length);
	}
	while (reader.at < reader.end) {
		lay_out(&reader, pieces, piece_count);
		boot_and_tell();
	}
	free(pieces);
	return 0;
}
