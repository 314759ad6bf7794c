#include "boot.h"

#include "board_assert.h"
#include "console.h"
#include "events.h"
#include "flash.h"
#include "hal.h"
#include "swap.h"

static const char *type_text(enum swap_type type)
{
	static const char *const texts[] = {"", "none", "test", "permanent", "revert"};
	return texts[type];
}

static enum swap_type requested_type(void)
{
	struct trailer primary = trailer_read(&partition_primary);
	struct trailer secondary = trailer_read(&partition_secondary);
	return trailer_decide(&primary, &secondary);
}

static void erase_slot(const struct partition *slot)
{
	for (uint32_t offset = 0; offset < slot->byte_length; offset += FLASH_PAGE_BYTES) {
		hal_watchdog_feed();
		board_check(flash_erase_page(slot, offset) == FLASH_OK);
	}
}

/* bootutil loader.c, boot_validate_slot: an unfit image is erased with all of its slot. */
static bool check_secondary(enum swap_type open_type)
{
	struct image image;
	if (image_is_absent(&partition_secondary)) {
		trailer_erase(&partition_secondary);
		/* A revert to nothing would be tried for ever. */
		if (open_type == SWAP_REVERT || requested_type() == SWAP_REVERT)
			trailer_erase(&partition_primary);
		return false;
	}
	if (image_validate(&image, &partition_secondary))
		return true;
	erase_slot(&partition_secondary);
	return false;
}

static struct boot_result refused(void)
{
	return (struct boot_result){.swap = type_text(SWAP_NONE), .refused = true};
}

static struct boot_result halted(void)
{
	return (struct boot_result){.swap = "halted", .halted = true};
}

static struct boot_result start(enum swap_type type, bool is_open)
{
	if (swap_start(type, is_open) == SWAP_HALTED)
		return halted();
	return (struct boot_result){.swap = type_text(type)};
}

static struct boot_result begin_requested(void)
{
	enum swap_type type = requested_type();
	if (type == SWAP_NONE)
		return (struct boot_result){.swap = type_text(SWAP_NONE)};
	return check_secondary(SWAP_NONE) ? start(type, false) : refused();
}

/* A swap that has its trailer and not one step (loader.c, boot_prepare_image_for_update). */
static struct boot_result begin_open(void)
{
	enum swap_type type = trailer_read(&partition_primary).type;
	if (type == SWAP_NONE)
		return begin_requested();
	bool is_fit = check_secondary(type);
	if (is_fit && swap_is_swap(type))
		return start(type, true);
	if (is_fit && type != SWAP_FAIL)
		return halted();
	/* BOOT_SWAP_TYPE_FAIL: as if it had just been reverted. */
	if (trailer_read(&partition_primary).image_ok == FLAG_UNSET)
		trailer_write_image_ok(&partition_primary);
	return refused();
}

static struct boot_result resume(uint32_t done)
{
	switch (swap_resume(done)) {
	case SWAP_DONE:
		return (struct boot_result){.swap = "resumed"};
	case SWAP_NOT_DONE:
		return (struct boot_result){.swap = type_text(SWAP_NONE)};
	default:
		return halted();
	}
}

struct boot_result boot_update(void)
{
	bool is_open = swap_is_open();
	uint32_t done = is_open ? trailer_read_status(&partition_primary) : 0;
	if (done > 0)
		return resume(done);
	if (!image_has_magic(&partition_primary, 0))
		return (struct boot_result){.swap = type_text(SWAP_NONE)};
	return is_open ? begin_open() : begin_requested();
}

bool boot_run(struct image *image)
{
	struct boot_result result = boot_update();
	bool is_bootable = !result.halted && image_validate(image, &partition_primary);
	console_line("boot: swap ", result.swap);
	if (result.refused)
		console_line("boot: ", "the secondary image was unfit and is erased");
	console_line("boot: ", is_bootable ? image->version : "no bootable image");
	event_boot(result.swap, is_bootable ? image->version : "", result.refused);
	return is_bootable;
}
