#include "layout.h"

#include <stddef.h>
#include <string.h>

#define SLOT_0 0x10000
#define SLOT_1 0x80000
#define NO_SLOT PARTITION_OTA_COUNT

const struct partition partition_primary = {"image-0", SLOT_0, SLOT_BYTES};
const struct partition partition_secondary = {"image-1", SLOT_1, SLOT_BYTES};
const struct partition partition_storage = {"storage", 0xF8000, 0x8000};
const struct partition partition_otadata = {"otadata", 0xD000, 2 * FLASH_PAGE_BYTES};
const struct partition partition_ota[PARTITION_OTA_COUNT] = {
	{"ota_0", SLOT_0, SLOT_BYTES}, {"ota_1", SLOT_1, SLOT_BYTES}};

static const struct partition *const with_mcuboot[] = {
	&partition_primary, &partition_secondary, &partition_storage, NULL};
static const struct partition *const with_ota[] = {
	&partition_otadata, &partition_ota[0], &partition_ota[1], &partition_storage, NULL};

static unsigned running = NO_SLOT;

void layout_set_running(unsigned slot)
{
	running = slot;
}

bool layout_has_running(void)
{
	return running != NO_SLOT;
}

unsigned layout_running(void)
{
	return running;
}

const struct partition *partition_at(unsigned index)
{
	const struct partition *const *partition = layout_has_running() ? with_ota : with_mcuboot;
	while (*partition && index > 0) {
		partition++;
		index--;
	}
	return *partition;
}

const struct partition *partition_find(const char *label)
{
	const struct partition *partition;
	if (layout_has_running() && strcmp(label, "running") == 0)
		return &partition_ota[running];
	if (layout_has_running() && strcmp(label, "nextota") == 0)
		return &partition_ota[1 - running];
	for (unsigned index = 0; (partition = partition_at(index)); index++)
		if (strcmp(partition->label, label) == 0)
			return partition;
	return NULL;
}
