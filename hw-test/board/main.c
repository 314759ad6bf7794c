/* The command line (docs/virtual-tracker.md, "The board program"). */
#include "bench.h"
#include "boot.h"
#include "boot_ota.h"
#include "boot_states.h"
#include "compile.h"
#include "hal.h"
#include "kv.h"
#include "layout.h"
#include "link.h"
#include "power.h"
#include "run_options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A benchmark's own data must not collect garbage at another pace than it would on a large heap. */
#define BENCH_POOL_BYTES (64u * 1024 * 1024)

static int usage(void)
{
	fputs("usage: tracker-board compile IN.js OUT.xsb\n"
		  "       tracker-board preload IN.js OUT.xsb\n"
		  "       tracker-board rom OUT.c NAME=IN.xs...\n"
		  "       tracker-board provision FLASH [PATH/]KEY VALUE\n"
		  "       tracker-board run FLASH [--reset-cause CAUSE] [--pool BYTES] [--watchdog-ms MS]\n"
		  "                         [--seed N] [--boot mcuboot|esp-idf] [--no-rig]\n"
		  "       tracker-board bench SCRIPT.xsb [--pool BYTES]\n"
		  "       tracker-board boots FLASH STATES\n",
		stderr);
	return EXIT_USAGE;
}

/* Where the firmware's store is (firmware/platforms/moddable/platform.ts), if no path is given. */
#define PROVISION_PATH "tracker-fota/"

static bool open_flash(const char *path, bool create)
{
	if (hal_flash_open(path, FLASH_BYTES, create))
		return true;
	fprintf(stderr, "%s: cannot be opened as a flash of %u bytes\n", path, FLASH_BYTES);
	return false;
}

static int run(int count, char **words)
{
	struct image image;
	struct run_options options = run_options_default();
	if (count < 1 || !run_options_parse(&options, count - 1, words + 1))
		return usage();
	/* The link first: it must be there already, and not be a descriptor that the flash then gets. */
	if (!options.no_rig && !link_open(power_take_frame)) {
		fputs("no link on descriptor 3 (or say --no-rig)\n", stderr);
		return EXIT_USAGE;
	}
	if (!open_flash(words[0], false))
		return EXIT_USAGE;
	hal_watchdog(options.power.watchdog_ms);
	bool is_bootable = options.boot == BOOT_ESP_IDF ? boot_ota_run(&image) : boot_run(&image);
	if (!is_bootable)
		hal_exit(EXIT_NO_IMAGE);
	power_run(&options.power, &image);
}

static int provision(int count, char **words)
{
	char name[KV_NAME_MAX_BYTES + 2] = "";
	if (count != 3)
		return usage();
	if (!open_flash(words[0], true))
		return EXIT_USAGE;
	struct kv_value value = {
		KV_BUFFER, (const uint8_t *)words[2], (uint32_t)strlen(words[2])};
	snprintf(name, sizeof name, "%s%s", strchr(words[1], '/') ? "" : PROVISION_PATH, words[1]);
	enum kv_result result = kv_write(name, &value);
	if (result != KV_OK)
		fprintf(stderr, "%s: %s\n", words[1], kv_result_text(result));
	return result == KV_OK ? 0 : EXIT_FAILED;
}

static int bench(int count, char **words)
{
	struct run_options options = {.power = {.pool_bytes = BENCH_POOL_BYTES}};
	if (count < 1 || !run_options_parse(&options, count - 1, words + 1))
		return usage();
	return bench_run(words[0], options.power.pool_bytes);
}

static int boots(int count, char **words)
{
	if (count != 2)
		return usage();
	return open_flash(words[0], true) ? boot_states_run(words[1]) : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int count = argc - 2;
	char **words = argv + 2;
	hal_now_ms();
	hal_stack_limit();
	if (argc < 2)
		return usage();
	if (strcmp(argv[1], "run") == 0)
		return run(count, words);
	if (strcmp(argv[1], "compile") == 0 && count == 2)
		return compile_image(words[0], words[1], false);
	if (strcmp(argv[1], "preload") == 0 && count == 2)
		return compile_image(words[0], words[1], true);
	if (strcmp(argv[1], "rom") == 0 && count >= 1)
		return compile_rom(words[0], count - 1, words + 1);
	if (strcmp(argv[1], "provision") == 0)
		return provision(count, words);
	if (strcmp(argv[1], "bench") == 0)
		return bench(count, words);
	if (strcmp(argv[1], "boots") == 0)
		return boots(count, words);
	return usage();
}
