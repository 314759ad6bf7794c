/*
 * The bootloader: MCUboot 2.4's swap-using-move with its decisions taken from the trailers, and an
 * unsigned image checked by its digests (mcuboot docs/design.md, boot/bootutil). Where it differs:
 * docs/mcuboot.md. The desk's (hw-test/desk/bootloader.ts) is held against it state by state.
 */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>

#include "image.h"

struct boot_result {
	const char *swap; /* for the `boot` event */
	bool refused; /* the secondary did not hold what was asked for */
	bool halted; /* MCUboot's assertion fails: nothing is started */
};

/* Swaps if asked to. */
struct boot_result boot_update(void);

/*
 * The same, and sends the `boot` event. False if the primary slot holds no sound image. Feeds the
 * watchdog at each sector (MCUboot: MCUBOOT_WATCHDOG_FEED).
 */
bool boot_run(struct image *image);

#endif
