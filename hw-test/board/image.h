/*
 * An MCUboot image in a slot: header, body, TLVs (mcuboot docs/design.md, "Image format"; offsets in
 * bootutil/image.h).
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>

#include "layout.h"

/* "255.255.65535" and NUL. */
#define IMAGE_VERSION_MAX_BYTES 16

struct image {
	uint32_t body_offset; /* in the slot */
	uint32_t body_bytes;
	uint32_t total_bytes; /* header, body and TLVs */
	char version[IMAGE_VERSION_MAX_BYTES];
};

/* False if there is no image, or it is malformed, too large, or its SHA-256 is missing or wrong. */
bool image_validate(struct image *image, const struct partition *slot);

/* Total bytes by header and TLVs alone; 0 if they are malformed or would reach the trailer. */
uint32_t image_total_bytes(const struct partition *slot);

#endif
