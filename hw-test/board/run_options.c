#include "run_options.h"

#include "hal.h"
#include "machine.h"

#include <stdlib.h>
#include <string.h>

/* No turn of the event loop for this long: a reset. nRF firmware commonly uses 10 to 60 s. */
#define WATCHDOG_MS 30000u

struct run_options run_options_default(void)
{
	return (struct run_options){.power = {.pool_bytes = MACHINE_POOL_BYTES,
									.watchdog_ms = WATCHDOG_MS,
									.reset_cause = "power-on"}};
}

static bool parse_number(const char *text, size_t *value)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	*value = number;
	return *text >= '0' && *text <= '9' && *end == 0;
}

/* One option that takes a value. */
static bool parse_pair(struct run_options *options, const char *name, const char *value)
{
	size_t number;
	if (strcmp(name, "--reset-cause") == 0) {
		options->power.reset_cause = value;
		return true;
	}
	if (strcmp(name, "--boot") == 0) {
		options->boot = strcmp(value, "esp-idf") == 0 ? BOOT_ESP_IDF : BOOT_MCUBOOT;
		return options->boot == BOOT_ESP_IDF || strcmp(value, "mcuboot") == 0;
	}
	if (!parse_number(value, &number))
		return false;
	if (strcmp(name, "--pool") == 0)
		options->power.pool_bytes = number;
	else if (strcmp(name, "--watchdog-ms") == 0)
		options->power.watchdog_ms = (uint32_t)number;
	else if (strcmp(name, "--seed") == 0)
		hal_random_seed((uint32_t)number);
	else
		return false;
	return true;
}

bool run_options_parse(struct run_options *options, int count, char **words)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], "--no-rig") == 0)
			options->no_rig = true;
		else if (i + 1 == count || !parse_pair(options, words[i], words[i + 1]))
			return false;
		else
			i++;
	return true;
}
