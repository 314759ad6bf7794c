/*
 * The TLV areas behind an image's body (mcuboot docs/design.md, "Image format"), read and walked as
 * bootutil does it (tlv.c, image_validate.c; v2.4).
 */
#ifndef TLV_H
#define TLV_H

#include <stdbool.h>

#include "layout.h"

#define TLV_SHA256 0x10u
#define TLV_SHA384 0x11u
#define TLV_SHA512 0x12u

/* Offsets in the slot. */
struct image_extent {
	uint32_t header_bytes;
	uint32_t body_end;
	uint32_t hashed_end; /* behind the protected TLVs: what the digest covers ends here */
	uint32_t end; /* behind the last area, by its own word: it may lie outside the slot */
};

/* False if an area's magic or total is wrong; entries are not looked at. */
bool tlv_read_extent(struct image_extent *extent, const struct partition *slot);

/*
 * Hands each entry to `take`, which says whether to go on. False if it did not, an entry overruns the
 * end, bytes are left over, or an entry that has to be protected is not. `extent` ends in the slot.
 */
typedef bool tlv_taker(void *context, uint32_t type, const uint8_t *value, uint32_t byte_length);
bool tlv_walk(const struct image_extent *extent, const struct partition *slot, tlv_taker *take,
	void *context);

#endif
