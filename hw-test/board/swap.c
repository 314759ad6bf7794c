#include "swap.h"

#include "board_assert.h"
#include "flash.h"
#include "image.h"

#include <string.h>

/* The first status entries mark moves, one a sector; then come two a sector for the swap itself. */
#define FIRST_SWAP_ENTRY TRAILER_MAX_SECTORS

#define primary (&partition_primary)
#define secondary (&partition_secondary)

static uint32_t sector_offset(uint32_t index)
{
	return index * FLASH_PAGE_BYTES;
}

static void copy_sector(const struct partition *to, uint32_t to_index, const struct partition *from,
	uint32_t from_index)
{
	/* Through RAM: a real part cannot read its flash while it programs it. */
	static uint8_t sector[FLASH_PAGE_BYTES];
	memcpy(sector, flash_view(from, sector_offset(from_index), sizeof sector), sizeof sector);
	board_check(flash_erase_page(to, sector_offset(to_index)) == FLASH_OK);
	board_check(flash_write(to, sector_offset(to_index), sector, sizeof sector) == FLASH_OK);
}

/* Steps marked as done lead to the next one to do. */
static void move_up(uint32_t last, uint32_t *done)
{
	for (uint32_t step = *done; step < last; step++) {
		uint32_t index = last - step;
		copy_sector(primary, index, primary, index - 1);
		trailer_write_status(primary, step);
	}
	if (*done < FIRST_SWAP_ENTRY)
		*done = FIRST_SWAP_ENTRY;
}

static void swap_sectors(uint32_t last, uint32_t done)
{
	for (uint32_t step = done - FIRST_SWAP_ENTRY; step < 2 * last; step++) {
		uint32_t index = step / 2;
		if (step % 2 == 0)
			copy_sector(primary, index, secondary, index);
		else
			copy_sector(secondary, index, primary, index + 1);
		trailer_write_status(primary, FIRST_SWAP_ENTRY + step);
	}
}

/* What is left to do of a swap whose trailer is in place in the primary slot. */
static void complete(void)
{
	struct trailer trailer = trailer_read(primary);
	uint32_t last = (trailer.swap_size + FLASH_PAGE_BYTES - 1) / FLASH_PAGE_BYTES;
	uint32_t done = trailer_read_status(primary);
	if (done == 0)
		trailer_erase(secondary); /* the request; from here on it is the primary's trailer that counts */
	move_up(last, &done);
	swap_sectors(last, done);
	/* Neither a permanent swap nor a revert is to be reverted. */
	if (trailer.type != SWAP_TEST && trailer.image_ok == FLAG_UNSET)
		trailer_write_image_ok(primary);
	trailer_write_copy_done(primary);
}

/*
 * A revert has no request in the secondary, and its evidence in the primary is about to be erased: it
 * is first made to look like a permanent request (swap_move.c, fixup_revert).
 */
static void request_revert(uint32_t swap_size)
{
	trailer_erase(secondary);
	trailer_write_image_ok(secondary);
	trailer_write_swap_size(secondary, swap_size);
	trailer_write_magic(secondary);
}

/*
 * A request that is still in the secondary has only not been erased yet. MCUboot would start again by
 * it; but an erase that was cut short may have taken its image_ok and left its magic, which would make
 * a revert a test swap, and bring the reverted image back at the next reset. The primary's trailer is
 * whole, since its magic is written last, so it is what counts.
 */
bool swap_is_interrupted(const struct trailer *of_primary)
{
	return of_primary->magic == MAGIC_GOOD && of_primary->copy_done == FLAG_UNSET &&
		of_primary->type != SWAP_NONE && of_primary->swap_size <= TRAILER_IMAGE_MAX_BYTES;
}

void swap_start(enum swap_type type)
{
	uint32_t primary_bytes = image_total_bytes(primary);
	uint32_t secondary_bytes = image_total_bytes(secondary);
	uint32_t swap_size = primary_bytes > secondary_bytes ? primary_bytes : secondary_bytes;
	if (type == SWAP_REVERT)
		request_revert(swap_size);
	trailer_erase(primary);
	trailer_write_swap_info(primary, type);
	if (type != SWAP_TEST)
		trailer_write_image_ok(primary);
	trailer_write_swap_size(primary, swap_size);
	trailer_write_magic(primary); /* last: before, the request in the secondary stands */
	complete();
}

void swap_resume(void)
{
	complete();
}
