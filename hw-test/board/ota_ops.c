#include "ota_ops.h"

#include "esp_image.h"
#include "layout.h"
#include "otadata.h"

#define NO_STATE (-1)

static void read_all(struct otadata entries[OTADATA_ENTRIES])
{
	for (unsigned i = 0; i < OTADATA_ENTRIES; i++)
		entries[i] = otadata_read(i);
}

static unsigned next_slot(void)
{
	return 1 - layout_running();
}

int ota_state(bool of_next)
{
	struct otadata entries[OTADATA_ENTRIES];
	unsigned slot = of_next ? next_slot() : layout_running();
	read_all(entries);
	for (unsigned i = 0; i < OTADATA_ENTRIES; i++)
		if (otadata_slot(&entries[i]) == slot && otadata_has_number(&entries[i]))
			return (int)entries[i].state;
	return NO_STATE;
}

bool ota_boots_next(void)
{
	struct otadata entries[OTADATA_ENTRIES];
	read_all(entries);
	int active = otadata_active(entries);
	unsigned boots = active == OTADATA_NONE ? 0 : otadata_slot(&entries[active]);
	return boots == next_slot();
}

int ota_boot_next(void)
{
	struct otadata entries[OTADATA_ENTRIES];
	struct image image;
	unsigned slot = next_slot();
	if (!esp_image_validate(&image, &partition_ota[slot]))
		return OTA_VALIDATE_FAILED;
	read_all(entries);
	int active = otadata_active(entries);
	unsigned index = active == OTADATA_NONE ? 0 : 1 - (unsigned)active;
	/* The first number of the slot's that is not below the one that counts: so it may be the same. */
	uint32_t seq = (slot + 1) % PARTITION_OTA_COUNT;
	if (active == OTADATA_NONE)
		seq = slot + 1;
	else
		while (entries[active].seq > seq)
			seq += PARTITION_OTA_COUNT;
	otadata_number(&entries[index], seq);
	entries[index].state = OTA_NEW;
	otadata_write(index, &entries[index]);
	return OTA_OK;
}

int ota_mark_valid(void)
{
	struct otadata entries[OTADATA_ENTRIES];
	read_all(entries);
	int active = otadata_active(entries);
	if (active == OTADATA_NONE)
		return OTA_FAIL;
	if (entries[active].state == OTA_VALID)
		return OTA_OK;
	entries[active].state = OTA_VALID;
	otadata_write((unsigned)active, &entries[active]);
	return OTA_OK;
}

int ota_forget_next(void)
{
	struct otadata entries[OTADATA_ENTRIES];
	read_all(entries);
	int active = otadata_active(entries);
	if (active != OTADATA_NONE && otadata_slot(&entries[active]) == next_slot())
		otadata_erase((unsigned)active);
	return OTA_OK;
}
