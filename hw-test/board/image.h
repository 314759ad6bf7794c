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
#define IMAGE_HEADER_BYTES 32u

struct image {
	const struct partition *slot;
	uint32_t body_offset; /* in the slot */
	uint32_t body_bytes;
	uint32_t total_bytes; /* header, body and TLVs */
	char version[IMAGE_VERSION_MAX_BYTES];
};

/*
 * False if there is no image, or it is malformed, too large, of a kind that is not started, or one of
 * its digests (SHA-256, SHA-384, SHA-512; one at least) is wrong.
 */
bool image_validate(struct image *image, const struct partition *slot);

/* The same but for the digests, which the bootloader has checked: what it started, for whoever runs. */
bool image_read(struct image *image, const struct partition *slot);

/* An image's magic stands at the start of this page. */
bool image_has_magic(const struct partition *slot, uint32_t page);

/* There is no header, or it says that it is not to be started (bootutil loader.c, boot_validate_slot). */
bool image_is_absent(const struct partition *slot);

#endif
