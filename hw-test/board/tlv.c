#include "tlv.h"

#include "bytes.h"
#include "flash.h"

#define INFO_MAGIC 0x6907u
#define PROTECTED_INFO_MAGIC 0x6908u
#define PAIR_BYTES 4u

/* The total of the area at `offset`, or -1 if none starts there. */
static int32_t area_bytes(const struct partition *slot, uint32_t offset, uint16_t magic)
{
	const uint8_t *info = flash_view(slot, offset, PAIR_BYTES);
	return info && get_u16(info) == magic ? get_u16(info + 2) : -1;
}

bool tlv_read_extent(struct image_extent *extent, const struct partition *slot)
{
	const uint8_t *header = flash_view(slot, 0, 32);
	uint32_t protected_bytes = get_u16(header + 10);
	uint32_t body_bytes = get_u32(header + 12);
	if (body_bytes > slot->byte_length)
		return false;
	extent->header_bytes = get_u16(header + 8);
	extent->body_end = extent->header_bytes + body_bytes;
	extent->hashed_end = extent->body_end + protected_bytes;
	if (protected_bytes > 0 &&
		(protected_bytes < PAIR_BYTES ||
			area_bytes(slot, extent->body_end, PROTECTED_INFO_MAGIC) != (int32_t)protected_bytes))
		return false;
	int32_t total = area_bytes(slot, extent->hashed_end, INFO_MAGIC);
	extent->end = extent->hashed_end + (uint32_t)total;
	return total >= 0;
}

/* allowed_unprot_tlvs (image_validate.c): key, digests, signatures, keys of encryption. */
static bool may_be_unprotected(uint32_t type)
{
	return type == 0x01 || type == 0x02 || (type >= TLV_SHA256 && type <= TLV_SHA512) ||
		(type >= 0x20 && type <= 0x24) || (type >= 0x30 && type <= 0x34);
}

bool tlv_walk(const struct image_extent *extent, const struct partition *slot, tlv_taker *take,
	void *context)
{
	uint32_t offset = extent->body_end + PAIR_BYTES;
	while (offset < extent->end) {
		if (extent->hashed_end > extent->body_end && offset == extent->hashed_end) {
			offset += PAIR_BYTES;
			continue;
		}
		if (extent->end - offset < PAIR_BYTES)
			return false;
		const uint8_t *entry = flash_view(slot, offset, PAIR_BYTES);
		uint32_t length = get_u16(entry + 2);
		offset += PAIR_BYTES;
		if (length > extent->end - offset)
			return false;
		if (offset >= extent->hashed_end && !may_be_unprotected(get_u16(entry)))
			return false;
		if (!take(context, get_u16(entry), flash_view(slot, offset, length), length))
			return false;
		offset += length;
	}
	return true;
}
