#include "image.h"

#include "bytes.h"
#include "flash.h"
#include "sha256.h"
#include "trailer.h"

#include <stdio.h>
#include <string.h>

#define HEADER_MAGIC 0x96f3b83du
#define HEADER_BYTES 32u
#define FLAG_NON_BOOTABLE 0x10u
#define TLV_INFO_MAGIC 0x6907u
#define TLV_PROTECTED_INFO_MAGIC 0x6908u
#define TLV_INFO_BYTES 4u
#define TLV_SHA256 0x10u

struct extent {
	uint32_t header_bytes;
	uint32_t body_bytes;
	uint32_t protected_bytes;
	uint32_t tlv_bytes;
};

/* Reads the TLV area's info at `offset`: its total, or 0 if it is none or does not fit. */
static uint32_t tlv_area_bytes(const struct partition *slot, uint32_t offset, uint16_t magic)
{
	if (offset > TRAILER_IMAGE_MAX_BYTES - TLV_INFO_BYTES)
		return 0;
	const uint8_t *info = flash_view(slot, offset, TLV_INFO_BYTES);
	uint32_t total = get_u16(info + 2);
	if (get_u16(info) != magic || total < TLV_INFO_BYTES || total > TRAILER_IMAGE_MAX_BYTES - offset)
		return 0;
	return total;
}

static bool read_extent(struct extent *extent, const struct partition *slot)
{
	const uint8_t *header = flash_view(slot, 0, HEADER_BYTES);
	extent->header_bytes = get_u16(header + 8);
	extent->protected_bytes = get_u16(header + 10);
	extent->body_bytes = get_u32(header + 12);
	if (get_u32(header) != HEADER_MAGIC || extent->header_bytes < HEADER_BYTES)
		return false;
	if (extent->body_bytes > TRAILER_IMAGE_MAX_BYTES - extent->header_bytes)
		return false;
	uint32_t offset = extent->header_bytes + extent->body_bytes;
	if (extent->protected_bytes > 0) {
		if (tlv_area_bytes(slot, offset, TLV_PROTECTED_INFO_MAGIC) != extent->protected_bytes)
			return false;
		offset += extent->protected_bytes;
	}
	extent->tlv_bytes = tlv_area_bytes(slot, offset, TLV_INFO_MAGIC);
	return extent->tlv_bytes > 0;
}

/* The SHA-256 entry of the TLV area, or NULL. */
static const uint8_t *find_digest(const struct partition *slot, uint32_t offset, uint32_t tlv_bytes)
{
	uint32_t end = offset + tlv_bytes;
	offset += TLV_INFO_BYTES;
	while (offset + 4 <= end) {
		const uint8_t *entry = flash_view(slot, offset, 4);
		uint32_t length = get_u16(entry + 2);
		if (length > end - offset - 4)
			return NULL;
		if (get_u16(entry) == TLV_SHA256 && length == SHA256_BYTES)
			return flash_view(slot, offset + 4, SHA256_BYTES);
		offset += 4 + length;
	}
	return NULL;
}

uint32_t image_total_bytes(const struct partition *slot)
{
	struct extent extent;
	if (!read_extent(&extent, slot))
		return 0;
	return extent.header_bytes + extent.body_bytes + extent.protected_bytes + extent.tlv_bytes;
}

bool image_validate(struct image *image, const struct partition *slot)
{
	struct extent extent;
	struct sha256 hash;
	uint8_t digest[SHA256_BYTES];
	if (!read_extent(&extent, slot))
		return false;
	const uint8_t *header = flash_view(slot, 0, HEADER_BYTES);
	if (get_u32(header + 16) & FLAG_NON_BOOTABLE)
		return false;
	uint32_t hashed = extent.header_bytes + extent.body_bytes + extent.protected_bytes;
	const uint8_t *wanted = find_digest(slot, hashed, extent.tlv_bytes);
	if (!wanted)
		return false;
	sha256_start(&hash);
	sha256_update(&hash, flash_view(slot, 0, hashed), hashed);
	sha256_finish(&hash, digest);
	image->body_offset = extent.header_bytes;
	image->body_bytes = extent.body_bytes;
	image->total_bytes = hashed + extent.tlv_bytes;
	snprintf(image->version, sizeof image->version, "%u.%u.%u", header[20], header[21],
		get_u16(header + 22));
	return memcmp(digest, wanted, SHA256_BYTES) == 0;
}
