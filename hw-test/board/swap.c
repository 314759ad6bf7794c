#include "swap.h"

#include "board_assert.h"
#include "flash.h"
#include "hal.h"
#include "image.h"
#include "tlv.h"

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
	hal_watchdog_feed();
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
		trailer_write_status(primary, step, 1);
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
		trailer_write_status(primary, FIRST_SWAP_ENTRY + step, step % 2 == 0 ? 1 : 2);
	}
}

bool swap_is_swap(enum swap_type type)
{
	return type == SWAP_TEST || type == SWAP_PERMANENT || type == SWAP_REVERT;
}

/* The steps that are left, and what is then said of the image in the primary. */
static void complete(enum swap_type type, uint32_t last, uint32_t done)
{
	move_up(last, &done);
	swap_sectors(last, done);
	if (!swap_is_swap(type))
		return;
	/* Neither a permanent swap nor a revert is to be reverted. */
	if (type != SWAP_TEST && trailer_read(primary).image_ok == FLAG_UNSET)
		trailer_write_image_ok(primary);
	trailer_write_copy_done(primary);
}

/* One at least (swap_move.c, find_last_idx). */
static uint32_t sectors_to_swap(uint32_t byte_length)
{
	uint32_t count = byte_length / FLASH_PAGE_BYTES + (byte_length % FLASH_PAGE_BYTES != 0);
	return count > 0 ? count : 1;
}

bool swap_is_open(void)
{
	struct trailer trailer = trailer_read(primary);
	return trailer.magic == MAGIC_GOOD && trailer.copy_done == FLAG_UNSET &&
		trailer_read(secondary).magic != MAGIC_GOOD;
}

/*
 * A revert has no request in the secondary, and its evidence in the primary is about to be erased: it
 * is first made to look like a permanent request (swap_move.c, fixup_revert).
 */
static void request_revert(uint32_t swap_size)
{
	if (trailer_read(secondary).magic != MAGIC_UNSET)
		return;
	trailer_erase(secondary);
	trailer_write_image_ok(secondary);
	trailer_write_swap_size(secondary, swap_size);
	trailer_write_magic(secondary);
}

static void open_swap(enum swap_type type, uint32_t swap_size)
{
	bool is_permanent = trailer_read(secondary).image_ok == FLAG_SET;
	trailer_erase(primary);
	trailer_write_swap_info(primary, type);
	if (is_permanent)
		trailer_write_image_ok(primary);
	trailer_write_swap_size(primary, swap_size);
	trailer_write_magic(primary); /* last: before, the request in the secondary stands */
}

/* What the larger image takes; more than fits if one has no sound TLV areas. */
static uint32_t bytes_to_swap(void)
{
	struct image_extent one, other;
	if (!tlv_read_extent(&one, primary) || !tlv_read_extent(&other, secondary))
		return UINT32_MAX;
	return one.end > other.end ? one.end : other.end;
}

enum swap_result swap_start(enum swap_type type, bool is_open)
{
	uint32_t swap_size = bytes_to_swap();
	if (swap_size > TRAILER_IMAGE_MAX_BYTES)
		return SWAP_HALTED;
	if (type == SWAP_REVERT)
		request_revert(swap_size);
	if (!is_open)
		open_swap(type, swap_size);
	trailer_erase(secondary); /* the request; from here on the primary's trailer counts */
	complete(type, sectors_to_swap(swap_size), 0);
	return SWAP_DONE;
}

struct place {
	const struct partition *slot;
	uint32_t sector;
};

/*
 * Where the header of the image that was in the primary is, and that of the secondary's
 * (swap_move.c, boot_read_image_header).
 */
static void find_headers(struct place *first, struct place *second, uint32_t last, uint32_t done)
{
	*first = (struct place){primary, 0};
	*second = (struct place){secondary, 0};
	if (done < FIRST_SWAP_ENTRY) {
		first->sector = done >= last;
		return;
	}
	uint32_t steps = done - FIRST_SWAP_ENTRY;
	if (steps < 2)
		first->sector = 1;
	else if (steps < 2 * last)
		first->slot = secondary;
	if (steps > 0 && (steps == 1 || steps < 2 * last))
		second->slot = primary;
}

/* The last check goes by the header that was found, and hashes what the slot starts with. */
static bool is_start_of_primary(const struct place *header)
{
	const uint8_t *found =
		flash_view(header->slot, sector_offset(header->sector), IMAGE_HEADER_BYTES);
	return memcmp(found, flash_view(primary, 0, IMAGE_HEADER_BYTES), IMAGE_HEADER_BYTES) == 0;
}

enum swap_result swap_resume(uint32_t done)
{
	struct trailer trailer = trailer_read(primary);
	struct place first, second;
	if (trailer.swap_size > UINT32_MAX - FLASH_PAGE_BYTES + 1)
		return SWAP_HALTED;
	uint32_t last = sectors_to_swap(trailer.swap_size);
	find_headers(&first, &second, last, done);
	if (!image_has_magic(first.slot, first.sector))
		return SWAP_HALTED;
	if (!image_has_magic(second.slot, second.sector))
		return is_start_of_primary(&first) ? SWAP_NOT_DONE : SWAP_HALTED;
	if (trailer.swap_size > TRAILER_IMAGE_MAX_BYTES)
		return SWAP_HALTED;
	complete(trailer.type, last, done);
	return SWAP_DONE;
}
