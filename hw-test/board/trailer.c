#include "trailer.h"

#include "board_assert.h"
#include "bytes.h"
#include "flash.h"

#include <string.h>

#define MAGIC_BYTES 16u
#define FIELD_BYTES 8u /* BOOT_MAX_ALIGN */
#define FLAG_SET_VALUE 0x01

/* From the slot's end. */
#define FROM_END_MAGIC 16u
#define FROM_END_IMAGE_OK 24u
#define FROM_END_COPY_DONE 32u
#define FROM_END_SWAP_INFO 40u
#define FROM_END_SWAP_SIZE 48u

_Static_assert(TRAILER_BYTES <= FLASH_PAGE_BYTES, "trailer_erase erases one page");

/* bootutil_public.c, boot_img_magic for BOOT_MAX_ALIGN 8. */
static const uint8_t good_magic[MAGIC_BYTES] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35,
	0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

static const uint8_t *field(const struct partition *slot, uint32_t from_end, uint32_t byte_length)
{
	return flash_view(slot, slot->byte_length - from_end, byte_length);
}

static enum magic decode_magic(const struct partition *slot)
{
	if (memcmp(field(slot, FROM_END_MAGIC, MAGIC_BYTES), good_magic, MAGIC_BYTES) == 0)
		return MAGIC_GOOD;
	if (flash_is_erased(slot, slot->byte_length - FROM_END_MAGIC, MAGIC_BYTES))
		return MAGIC_UNSET;
	return MAGIC_BAD;
}

static enum flag decode_flag(const struct partition *slot, uint32_t from_end)
{
	uint8_t value = *field(slot, from_end, 1);
	if (value == FLASH_ERASED)
		return FLAG_UNSET;
	return value == FLAG_SET_VALUE ? FLAG_SET : FLAG_BAD;
}

static enum swap_type decode_type(const struct partition *slot)
{
	uint8_t value = *field(slot, FROM_END_SWAP_INFO, 1);
	return value == FLASH_ERASED ? SWAP_NONE : (enum swap_type)(value & 0x0F);
}

struct trailer trailer_read(const struct partition *slot)
{
	return (struct trailer){
		.magic = decode_magic(slot),
		.image_ok = decode_flag(slot, FROM_END_IMAGE_OK),
		.copy_done = decode_flag(slot, FROM_END_COPY_DONE),
		.type = decode_type(slot),
		.swap_size = get_u32(field(slot, FROM_END_SWAP_SIZE, 4)),
	};
}

/* What a row of the table asks of a field: one value, or any. */
#define ANY (-1)

/* bootutil_public.c, boot_swap_tables; the order matters. */
static const struct {
	int primary_magic, secondary_magic;
	int primary_image_ok, secondary_image_ok;
	int primary_copy_done;
	enum swap_type type;
} decisions[] = {
	{ANY, MAGIC_GOOD, ANY, FLAG_UNSET, ANY, SWAP_TEST},
	{ANY, MAGIC_GOOD, ANY, FLAG_SET, ANY, SWAP_PERMANENT},
	{MAGIC_GOOD, ANY, FLAG_UNSET, ANY, FLAG_SET, SWAP_REVERT},
};

static bool fits(int wanted, int actual)
{
	return wanted == ANY || wanted == actual;
}

enum swap_type trailer_decide(const struct trailer *primary, const struct trailer *secondary)
{
	for (unsigned i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
		if (fits(decisions[i].primary_magic, (int)primary->magic) &&
			fits(decisions[i].secondary_magic, (int)secondary->magic) &&
			fits(decisions[i].primary_image_ok, (int)primary->image_ok) &&
			fits(decisions[i].secondary_image_ok, (int)secondary->image_ok) &&
			fits(decisions[i].primary_copy_done, (int)primary->copy_done))
			return decisions[i].type;
	return SWAP_NONE;
}

void trailer_erase(const struct partition *slot)
{
	board_check(flash_erase_page(slot, slot->byte_length - FLASH_PAGE_BYTES) == FLASH_OK);
}

static void write_field(
	const struct partition *slot, uint32_t from_end, const uint8_t *bytes, uint32_t byte_length)
{
	board_check(
		flash_write(slot, slot->byte_length - from_end, bytes, byte_length) == FLASH_OK);
}

/* One byte in a write block of its own, padded with erased bytes. */
static void write_byte(const struct partition *slot, uint32_t from_end, uint8_t value)
{
	uint8_t block[FIELD_BYTES];
	memset(block, FLASH_ERASED, sizeof block);
	block[0] = value;
	write_field(slot, from_end, block, sizeof block);
}

void trailer_write_magic(const struct partition *slot)
{
	write_field(slot, FROM_END_MAGIC, good_magic, sizeof good_magic);
}

void trailer_write_image_ok(const struct partition *slot)
{
	write_byte(slot, FROM_END_IMAGE_OK, FLAG_SET_VALUE);
}

void trailer_write_copy_done(const struct partition *slot)
{
	write_byte(slot, FROM_END_COPY_DONE, FLAG_SET_VALUE);
}

void trailer_write_swap_info(const struct partition *slot, enum swap_type type)
{
	write_byte(slot, FROM_END_SWAP_INFO, (uint8_t)type);
}

void trailer_write_swap_size(const struct partition *slot, uint32_t byte_length)
{
	uint8_t block[FIELD_BYTES];
	memset(block, FLASH_ERASED, sizeof block);
	put_u32(block, byte_length);
	write_field(slot, FROM_END_SWAP_SIZE, block, sizeof block);
}

void trailer_write_status(const struct partition *slot, uint32_t entry, uint8_t half)
{
	uint8_t block[FLASH_WRITE_BYTES] = {half, FLASH_ERASED, FLASH_ERASED, FLASH_ERASED};
	write_field(slot, TRAILER_BYTES - entry * FLASH_WRITE_BYTES, block, sizeof block);
}

uint32_t trailer_read_status(const struct partition *slot)
{
	uint32_t entry = TRAILER_STATUS_ENTRIES;
	while (entry > 0 &&
		*field(slot, TRAILER_BYTES - (entry - 1) * FLASH_WRITE_BYTES, 1) == FLASH_ERASED)
		entry--;
	return entry;
}
