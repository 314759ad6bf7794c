/* One power cycle: from the bootloader to the exit code. */
#ifndef POWER_H
#define POWER_H

#include <stddef.h>
#include <stdint.h>

#include "exit_code.h"

struct power_options {
	size_t pool_bytes;
	uint32_t watchdog_ms;
	const char *reset_cause;
};

/* Boots and runs what the primary slot holds. */
_Noreturn void power_run(const struct power_options *options);

/* An orderly end: tells the heap's use, then ends the cycle. */
_Noreturn void power_end(void *machine, enum exit_code code);

#endif
