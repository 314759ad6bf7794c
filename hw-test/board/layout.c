#include "layout.h"

#include <stddef.h>
#include <string.h>

const struct partition partition_primary = {"image-0", 0x10000, SLOT_BYTES};
const struct partition partition_secondary = {"image-1", 0x80000, SLOT_BYTES};
const struct partition partition_storage = {"storage", 0xF8000, 0x8000};

static const struct partition *const partitions[] = {
	&partition_primary, &partition_secondary, &partition_storage};

const struct partition *partition_at(unsigned index)
{
	return index < sizeof partitions / sizeof partitions[0] ? partitions[index] : NULL;
}

const struct partition *partition_find(const char *label)
{
	const struct partition *partition;
	for (unsigned index = 0; (partition = partition_at(index)); index++)
		if (strcmp(partition->label, label) == 0)
			return partition;
	return NULL;
}
