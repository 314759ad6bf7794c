#include "flash.h"

#include "hal.h"
#include "link.h"

const char *flash_result_text(enum flash_result result)
{
	static const char *const texts[] = {
		"ok", "outside the partition", "misaligned", "not erased"};
	return texts[result];
}

static bool in_range(const struct partition *partition, uint32_t offset, uint32_t byte_length)
{
	return offset <= partition->byte_length && byte_length <= partition->byte_length - offset;
}

const uint8_t *flash_view(
	const struct partition *partition, uint32_t offset, uint32_t byte_length)
{
	if (!in_range(partition, offset, byte_length))
		return NULL;
	return hal_flash() + partition->address + offset;
}

bool flash_is_erased(const struct partition *partition, uint32_t offset, uint32_t byte_length)
{
	const uint8_t *bytes = flash_view(partition, offset, byte_length);
	if (!bytes)
		return false;
	for (uint32_t i = 0; i < byte_length; i++)
		if (bytes[i] != FLASH_ERASED)
			return false;
	return true;
}

/* How many bytes of an operation take place before the power is gone. */
static uint32_t bytes_before_cut(struct flash_verdict verdict, uint32_t byte_length)
{
	if (verdict.kind == FLASH_CUT_BEFORE)
		return 0;
	if (verdict.kind == FLASH_CUT_INSIDE && verdict.bytes_done < byte_length)
		return verdict.bytes_done;
	return byte_length;
}

enum flash_result flash_erase_page(const struct partition *partition, uint32_t offset)
{
	uint32_t address = partition->address + offset;
	if (!in_range(partition, offset, FLASH_PAGE_BYTES))
		return FLASH_OUT_OF_RANGE;
	if (offset % FLASH_PAGE_BYTES != 0)
		return FLASH_MISALIGNED;
	struct flash_verdict verdict = link_ask_flash(FLASH_OP_ERASE, address, FLASH_PAGE_BYTES);
	hal_flash_fill(address, FLASH_ERASED, bytes_before_cut(verdict, FLASH_PAGE_BYTES));
	if (verdict.kind != FLASH_PROCEED)
		hal_exit(EXIT_POWER_CUT);
	return FLASH_OK;
}

/* Programming can only clear bits. */
static bool only_clears(const uint8_t *now, const uint8_t *wanted, uint32_t byte_length)
{
	for (uint32_t i = 0; i < byte_length; i++)
		if ((now[i] & wanted[i]) != wanted[i])
			return false;
	return true;
}

enum flash_result flash_write(
	const struct partition *partition, uint32_t offset, const void *bytes, uint32_t byte_length)
{
	uint32_t address = partition->address + offset;
	if (!in_range(partition, offset, byte_length))
		return FLASH_OUT_OF_RANGE;
	if (offset % FLASH_WRITE_BYTES != 0 || byte_length % FLASH_WRITE_BYTES != 0)
		return FLASH_MISALIGNED;
	if (byte_length == 0)
		return FLASH_OK;
	if (!only_clears(hal_flash() + address, bytes, byte_length))
		return FLASH_NOT_ERASED;
	struct flash_verdict verdict = link_ask_flash(FLASH_OP_WRITE, address, byte_length);
	hal_flash_store(address, bytes, bytes_before_cut(verdict, byte_length));
	if (verdict.kind != FLASH_PROCEED)
		hal_exit(EXIT_POWER_CUT);
	return FLASH_OK;
}
