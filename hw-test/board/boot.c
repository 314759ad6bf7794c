#include "boot.h"

#include "board_assert.h"
#include "console.h"
#include "events.h"
#include "flash.h"
#include "swap.h"

static const char *type_text(enum swap_type type)
{
	static const char *const texts[] = {"", "none", "test", "permanent", "revert"};
	return texts[type];
}

/*
 * An unfit secondary: its header and its request go, and the running image stays for good, since
 * there is nothing to go back to (bootutil loader.c, BOOT_SWAP_TYPE_FAIL).
 */
static void refuse_secondary(void)
{
	board_check(flash_erase_page(&partition_secondary, 0) == FLASH_OK);
	if (trailer_read(&partition_primary).image_ok == FLAG_UNSET)
		trailer_write_image_ok(&partition_primary);
	trailer_erase(&partition_secondary);
}

/* What was done, for the `boot` event. */
static const char *update_slots(bool *refused)
{
	struct image image;
	struct trailer primary = trailer_read(&partition_primary);
	struct trailer secondary = trailer_read(&partition_secondary);
	if (swap_is_interrupted(&primary)) {
		swap_resume();
		return "resumed";
	}
	enum swap_type type = trailer_decide(&primary, &secondary);
	if (type == SWAP_NONE)
		return type_text(type);
	if (!image_validate(&image, &partition_secondary)) {
		refuse_secondary();
		*refused = true;
		return type_text(SWAP_NONE);
	}
	swap_start(type);
	return type_text(type);
}

bool boot_run(struct image *image)
{
	bool refused = false;
	const char *swap = update_slots(&refused);
	bool is_bootable = image_validate(image, &partition_primary);
	console_line("boot: swap ", swap);
	if (refused)
		console_line("boot: ", "the secondary image was unfit and is erased");
	console_line("boot: ", is_bootable ? image->version : "no bootable image");
	event_boot(swap, is_bootable ? image->version : "", refused);
	return is_bootable;
}
