/*
 * The flash map: nRF9160 with its secure and non-secure slots joined (docs/virtual-tracker.md,
 * "Memory map"). Geometry: nRF9160 Product Specification, "NVMC".
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* A program for another flash is built with its own three, and a layout.c of its own. */
#ifndef FLASH_BYTES
#define FLASH_BYTES 0x100000u
#define FLASH_PAGE_BYTES 4096u
#define SLOT_BYTES 0x70000u
#endif
/* Write block: offset and length of a write are multiples of it. */
#define FLASH_WRITE_BYTES 4u
#define FLASH_ERASED 0xFFu

struct partition {
	const char *label; /* Zephyr's device tree has it, or ESP-IDF's partition table */
	uint32_t address;
	uint32_t byte_length;
};

extern const struct partition partition_primary;
extern const struct partition partition_secondary;
extern const struct partition partition_storage;

/*
 * The same slots for ESP-IDF's bootloader, and where it keeps its notes: as its partitions_two_ota.csv
 * has them, but for the factory partition.
 */
#define PARTITION_OTA_COUNT 2u
extern const struct partition partition_ota[PARTITION_OTA_COUNT];
extern const struct partition partition_otadata;

/*
 * That bootloader has started this one: from now on the partitions are ESP-IDF's, and `running` and
 * `nextota` are found as well, as in the Moddable SDK.
 */
void layout_set_running(unsigned slot);
bool layout_has_running(void);
unsigned layout_running(void);

/* The partition of that label, or NULL. */
const struct partition *partition_find(const char *label);
/* The `index`-th partition, or NULL. */
const struct partition *partition_at(unsigned index);

#endif
