/*
 * NOR flash, by partition. Offsets are bytes from the partition's start. Every erase (one page) and
 * every write is one operation: announced to the rig, which may cut the power before, inside or
 * after it (docs/virtual-tracker.md, FLASH_OP).
 */
#ifndef FLASH_H
#define FLASH_H

#include "layout.h"

#include <stdbool.h>

enum flash_result {
	FLASH_OK,
	FLASH_OUT_OF_RANGE,
	FLASH_MISALIGNED,
	FLASH_NOT_ERASED, /* a bit would have to go from 0 to 1 */
};

/* For people. */
const char *flash_result_text(enum flash_result result);

/* The bytes at `offset`, in place. NULL if the range is not inside the partition. */
const uint8_t *flash_view(
	const struct partition *partition, uint32_t offset, uint32_t byte_length);

/* Erases the page that starts at `offset`. */
enum flash_result flash_erase_page(const struct partition *partition, uint32_t offset);

/* Programs bytes: offset and length multiples of FLASH_WRITE_BYTES; bits only go from 1 to 0. */
enum flash_result flash_write(
	const struct partition *partition, uint32_t offset, const void *bytes, uint32_t byte_length);

bool flash_is_erased(const struct partition *partition, uint32_t offset, uint32_t byte_length);

#endif
