#include "esp_image.h"

#include "bytes.h"
#include "flash.h"
#include "sha256.h"

#include <string.h>

#define HEADER_MAGIC 0xE9
#define HEADER_BYTES 24u
#define SEGMENT_HEADER_BYTES 8u
#define SEGMENTS_MAX 16u
#define OFFSET_CHIP_ID 12u
#define OFFSET_HASH_APPENDED 23u
/* ESP_CHIP_ID_ESP32. */
#define CHIP_ID 0u
#define CHECKSUM_START 0xEF
#define CHECKSUM_ALIGN 16u

#define DESCRIPTOR_MAGIC 0xABCD5432u
#define DESCRIPTOR_BYTES 256u
#define DESCRIPTOR_VERSION 16u
#define BODY_SEGMENT 1u

struct extent {
	uint32_t body_offset;
	uint32_t body_bytes;
	uint32_t hashed_end; /* behind the checksum */
	uint8_t checksum;
};

static bool read_segment(
	struct extent *extent, const struct partition *slot, uint32_t index, uint32_t *at)
{
	const uint8_t *header = flash_view(slot, *at, SEGMENT_HEADER_BYTES);
	if (!header)
		return false;
	uint32_t length = get_u32(header + 4);
	*at += SEGMENT_HEADER_BYTES;
	const uint8_t *data = flash_view(slot, *at, length);
	if (!data || length % 4 != 0)
		return false;
	for (uint32_t i = 0; i < length; i++)
		extent->checksum ^= data[i];
	if (index == BODY_SEGMENT) {
		extent->body_offset = *at;
		extent->body_bytes = length;
	}
	*at += length;
	return true;
}

static bool read_segments(struct extent *extent, const struct partition *slot, uint32_t count)
{
	uint32_t at = HEADER_BYTES;
	if (count <= BODY_SEGMENT || count > SEGMENTS_MAX)
		return false;
	extent->checksum = CHECKSUM_START;
	for (uint32_t index = 0; index < count; index++)
		if (!read_segment(extent, slot, index, &at))
			return false;
	extent->hashed_end = align_up(at + 1, CHECKSUM_ALIGN);
	const uint8_t *checksum = flash_view(slot, extent->hashed_end - 1, 1);
	return checksum && *checksum == extent->checksum;
}

static bool digest_is_right(const struct partition *slot, uint32_t hashed_end)
{
	struct sha256 hash;
	uint8_t digest[SHA256_BYTES];
	const uint8_t *stated = flash_view(slot, hashed_end, SHA256_BYTES);
	if (!stated)
		return false;
	sha256_start(&hash);
	sha256_update(&hash, flash_view(slot, 0, hashed_end), hashed_end);
	sha256_finish(&hash, digest);
	return memcmp(digest, stated, SHA256_BYTES) == 0;
}

/* As far as it is one of ours: digits, dots and a plus. */
static void put_version(char version[IMAGE_VERSION_MAX_BYTES], const uint8_t *text)
{
	unsigned length = 0;
	while (length < IMAGE_VERSION_MAX_BYTES - 1 && text[length] != 0 &&
		strchr("0123456789.+", text[length]))
		length++;
	memcpy(version, text, length);
	version[length] = 0;
}

bool esp_image_validate(struct image *image, const struct partition *slot)
{
	struct extent extent = {0};
	const uint8_t *header = flash_view(slot, 0, HEADER_BYTES);
	if (header[0] != HEADER_MAGIC || get_u16(header + OFFSET_CHIP_ID) != CHIP_ID ||
		header[OFFSET_HASH_APPENDED] != 1)
		return false;
	if (!read_segments(&extent, slot, header[1]) || !digest_is_right(slot, extent.hashed_end))
		return false;
	const uint8_t *descriptor =
		flash_view(slot, HEADER_BYTES + SEGMENT_HEADER_BYTES, DESCRIPTOR_BYTES);
	if (!descriptor || get_u32(descriptor) != DESCRIPTOR_MAGIC)
		return false;
	image->slot = slot;
	image->body_offset = extent.body_offset;
	image->body_bytes = extent.body_bytes;
	image->total_bytes = extent.hashed_end + SHA256_BYTES;
	put_version(image->version, descriptor + DESCRIPTOR_VERSION);
	return true;
}
