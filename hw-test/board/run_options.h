/* The options of `run`, the same on every machine (docs/virtual-tracker.md, "The board program"). */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "power.h"

#include <stdbool.h>

enum boot_scheme { BOOT_MCUBOOT, BOOT_ESP_IDF };

struct run_options {
	enum boot_scheme boot;
	struct power_options power;
	bool no_rig;
};

/* What is not given: power-on, and the pool and watchdog of a real board. */
struct run_options run_options_default(void);

/* Takes `count` words in. False if one is unknown, lacks its value, or is no number. */
bool run_options_parse(struct run_options *options, int count, char **words);

#endif
