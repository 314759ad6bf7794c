/*
 * The MCUboot image trailer at the end of a slot (mcuboot docs/design.md, "Image trailer"), for
 * write blocks of 4 bytes and BOOT_MAX_ALIGN 8. Offsets from the slot's end:
 *
 *     16  magic, 16 bytes
 *     24  image_ok        01: confirmed
 *     32  copy_done       01: the swap is complete
 *     40  swap_info       image number << 4 | enum swap_type
 *     48  swap_size       u32: bytes the swap moves
 *   1584  status          one write block for each step of the swap
 *
 * Deliberately independent, as MCUboot is: the oracle of firmware/swap/trailer.ts, whose requests
 * and confirmations it acts on. Its own oracles: testing/image.ts and tools/image/trailer.ts.
 */
#ifndef TRAILER_H
#define TRAILER_H

#include <stdbool.h>

#include "layout.h"

/* BOOT_MAX_IMG_SECTORS: its default, and enough for 112 sectors a slot. */
#define TRAILER_MAX_SECTORS 128u
/* Steps a sector takes: moved up, then swapped in two halves. */
#define TRAILER_STATUS_ENTRIES (3u * TRAILER_MAX_SECTORS)
#define TRAILER_BYTES (TRAILER_STATUS_ENTRIES * FLASH_WRITE_BYTES + 4u * 8u + 16u)

/*
 * The largest image of a slot, TLVs included. The trailer takes whole sectors, and swap-using-move
 * needs one more sector of the primary to move the image up by (bootutil swap_move.c, app_max_size).
 */
#define TRAILER_IMAGE_MAX_BYTES (SLOT_BYTES - FLASH_PAGE_BYTES - FLASH_PAGE_BYTES)

/* SWAP_FAIL is in no trailer that MCUboot writes, but in one that it may read. */
enum swap_type { SWAP_NONE = 1, SWAP_TEST = 2, SWAP_PERMANENT = 3, SWAP_REVERT = 4, SWAP_FAIL = 5 };

enum magic { MAGIC_UNSET, MAGIC_GOOD, MAGIC_BAD };
enum flag { FLAG_UNSET, FLAG_SET, FLAG_BAD };

struct trailer {
	enum magic magic;
	enum flag image_ok;
	enum flag copy_done;
	enum swap_type type; /* swap_info's low half; SWAP_NONE if it is unset, any other number as it is */
	uint32_t swap_size;
};

struct trailer trailer_read(const struct partition *slot);

/* What the bootloader has to do: the first row of the table that fits both trailers. */
enum swap_type trailer_decide(const struct trailer *primary, const struct trailer *secondary);

/* Erases the sectors that hold the trailer. */
void trailer_erase(const struct partition *slot);

void trailer_write_magic(const struct partition *slot);
void trailer_write_image_ok(const struct partition *slot);
void trailer_write_copy_done(const struct partition *slot);
void trailer_write_swap_info(const struct partition *slot, enum swap_type type);
void trailer_write_swap_size(const struct partition *slot, uint32_t byte_length);

/* Marks step `entry` (0-based) of a swap as done; MCUboot numbers the two halves of a sector's. */
void trailer_write_status(const struct partition *slot, uint32_t entry, uint8_t half);
/* The number of the last step that is marked, counted from 1; 0 if none is. */
uint32_t trailer_read_status(const struct partition *slot);

#endif
