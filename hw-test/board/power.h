/* One power cycle, from what the bootloader has found to the exit code. */
#ifndef POWER_H
#define POWER_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

struct power_options {
	size_t pool_bytes;
	uint32_t watchdog_ms;
	const char *reset_cause;
};

/* Runs an image, which is sound. */
_Noreturn void power_run(const struct power_options *options, const struct image *image);

/* What System.restart() does: tells the heap's use, then ends the cycle. */
_Noreturn void power_restart(void *machine);

/* The frames of the link that it does not know itself (link_handler). */
const char *power_take_frame(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length);

#endif
