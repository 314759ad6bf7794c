#include "image.h"

#include "bytes.h"
#include "flash.h"
#include "sha256.h"
#include "sha512.h"
#include "text.h"
#include "tlv.h"
#include "trailer.h"

#include <string.h>

#define HEADER_MAGIC 0x96f3b83du
#define FLAG_NON_BOOTABLE 0x10u
/* Encrypted with AES-128 or AES-256; compressed with LZMA1, LZMA2, for ARM thumb. */
#define FLAGS_UNFIT (FLAG_NON_BOOTABLE | 0x04u | 0x08u | 0x200u | 0x400u | 0x800u)

static const uint8_t *header_of(const struct partition *slot)
{
	return flash_view(slot, 0, IMAGE_HEADER_BYTES);
}

bool image_has_magic(const struct partition *slot, uint32_t page)
{
	const uint8_t *header = flash_view(slot, page * FLASH_PAGE_BYTES, IMAGE_HEADER_BYTES);
	return header && get_u32(header) == HEADER_MAGIC;
}

bool image_is_absent(const struct partition *slot)
{
	return flash_is_erased(slot, 0, 4) || (get_u32(header_of(slot) + 16) & FLAG_NON_BOOTABLE) != 0;
}

struct digest_check {
	const uint8_t *hashed;
	uint32_t hashed_bytes;
	uint32_t count;
};

static bool is_sha256(const struct digest_check *check, const uint8_t *value)
{
	struct sha256 hash;
	uint8_t digest[SHA256_BYTES];
	sha256_start(&hash);
	sha256_update(&hash, check->hashed, check->hashed_bytes);
	sha256_finish(&hash, digest);
	return memcmp(digest, value, SHA256_BYTES) == 0;
}

static bool is_sha512(const struct digest_check *check, const uint8_t *value, uint32_t byte_length)
{
	struct sha512 hash;
	uint8_t digest[SHA512_BYTES];
	if (byte_length == SHA384_BYTES)
		sha384_start(&hash);
	else
		sha512_start(&hash);
	sha512_update(&hash, check->hashed, check->hashed_bytes);
	sha512_finish(&hash, digest);
	return memcmp(digest, value, byte_length) == 0;
}

/* Each digest counts, wherever it stands. */
static bool take_tlv(void *context, uint32_t type, const uint8_t *value, uint32_t byte_length)
{
	struct digest_check *check = context;
	if (type < TLV_SHA256 || type > TLV_SHA512)
		return true;
	check->count++;
	if (type == TLV_SHA256)
		return byte_length == SHA256_BYTES && is_sha256(check, value);
	uint32_t wanted = type == TLV_SHA384 ? SHA384_BYTES : SHA512_BYTES;
	return byte_length == wanted && is_sha512(check, value, byte_length);
}

static void put_version(char *at, const uint8_t *header)
{
	at = text_put(text_put_number(at, header[20]), ".");
	at = text_put(text_put_number(at, header[21]), ".");
	text_put_number(at, get_u16(header + 22));
}

/* All but the digests. */
static bool read_image(struct image *image, struct image_extent *extent, const struct partition *slot)
{
	const uint8_t *header = header_of(slot);
	if (!image_has_magic(slot, 0) || (get_u32(header + 16) & FLAGS_UNFIT) != 0)
		return false;
	if (!tlv_read_extent(extent, slot) || extent->header_bytes < IMAGE_HEADER_BYTES ||
		extent->end > TRAILER_IMAGE_MAX_BYTES)
		return false;
	image->slot = slot;
	image->body_offset = extent->header_bytes;
	image->body_bytes = extent->body_end - extent->header_bytes;
	image->total_bytes = extent->end;
	put_version(image->version, header);
	return true;
}

bool image_read(struct image *image, const struct partition *slot)
{
	struct image_extent extent;
	return read_image(image, &extent, slot);
}

bool image_validate(struct image *image, const struct partition *slot)
{
	struct image_extent extent;
	if (!read_image(image, &extent, slot))
		return false;
	struct digest_check check = {
		.hashed = flash_view(slot, 0, extent.hashed_end), .hashed_bytes = extent.hashed_end};
	return tlv_walk(&extent, slot, take_tlv, &check) && check.count > 0;
}
