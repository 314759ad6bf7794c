#include "boot_ota.h"

#include "console.h"
#include "esp_image.h"
#include "events.h"
#include "hal.h"
#include "layout.h"
#include "otadata.h"

struct choice {
	int slot; /* OTADATA_NONE: any */
	const char *did; /* for the `boot` event */
	bool is_blank; /* no entry was ever written, or none is whole */
};

/* What was started and not confirmed is never started again. */
static bool abort_pending(struct otadata entries[OTADATA_ENTRIES])
{
	bool is_any = false;
	for (unsigned i = 0; i < OTADATA_ENTRIES; i++) {
		if (entries[i].state != OTA_PENDING_VERIFY)
			continue;
		entries[i].state = OTA_ABORTED;
		otadata_write(i, &entries[i]);
		is_any = true;
	}
	return is_any;
}

/* bootloader_utility_get_selected_boot_partition. */
static struct choice choose(void)
{
	struct otadata entries[OTADATA_ENTRIES] = {otadata_read(0), otadata_read(1)};
	struct choice choice = {.slot = OTADATA_NONE, .did = "none"};
	if (abort_pending(entries))
		choice.did = "revert";
	int active = otadata_active(entries);
	if (active == OTADATA_NONE) {
		if (otadata_is_out(&entries[0]) && otadata_is_out(&entries[1]))
			choice.slot = 0;
		choice.is_blank = !otadata_has_number(&entries[0]) && !otadata_has_number(&entries[1]);
		return choice;
	}
	choice.slot = (int)otadata_slot(&entries[active]);
	if (entries[active].state == OTA_NEW) {
		choice.did = "test";
		entries[active].state = OTA_PENDING_VERIFY;
		otadata_write((unsigned)active, &entries[active]);
	}
	return choice;
}

/* set_actual_ota_seq: from now on there is an entry to fall back to. */
static void note_first(int slot)
{
	struct otadata entry = {.state = OTA_VALID};
	for (unsigned i = 0; i < OTADATA_LABEL_BYTES; i++)
		entry.label[i] = FLASH_ERASED;
	otadata_number(&entry, (uint32_t)slot + 1);
	otadata_write(0, &entry);
}

/* bootloader_utility_load_boot_image: the chosen one, those before it, those behind it. */
static int find_sound(struct image *image, int chosen)
{
	for (int slot = chosen; slot >= 0; slot--)
		if (esp_image_validate(image, &partition_ota[slot]))
			return slot;
	for (int slot = chosen + 1; slot < (int)PARTITION_OTA_COUNT; slot++)
		if (esp_image_validate(image, &partition_ota[slot]))
			return slot;
	return OTADATA_NONE;
}

bool boot_ota_run(struct image *image)
{
	struct choice choice = choose();
	hal_watchdog_feed();
	int slot = find_sound(image, choice.slot);
	bool is_bootable = slot != OTADATA_NONE;
	bool is_refused = choice.slot != OTADATA_NONE && slot != choice.slot;
	if (is_bootable && choice.is_blank && choice.slot != OTADATA_NONE)
		note_first(slot);
	if (is_bootable)
		layout_set_running((unsigned)slot);
	console_line("boot: swap ", choice.did);
	if (is_refused)
		console_line("boot: ", "the chosen partition holds no sound image");
	console_line("boot: ", is_bootable ? image->version : "no bootable image");
	event_boot(choice.did, is_bootable ? image->version : "", is_refused);
	return is_bootable;
}
