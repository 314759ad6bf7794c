/* The bootloader's program: swaps if asked to, checks the image, and starts the runtime. */
#include "analog.h"
#include "boot.h"
#include "console.h"
#include "hal.h"
#include "handover.h"
#include "layout.h"
#include "link.h"
#include "options.h"
#include "program.h"
#include "runtime.h"
#include "uart.h"

static const char *take_frame(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length)
{
	(void)channel;
	if (type == LINK_INPUT && analog_take_input(payload, byte_length))
		return NULL;
	return "unexpected or malformed frame";
}

/* All that the rig has sent is taken in, and nothing of a frame more. */
static void leave_link(void)
{
	do
		link_settle();
	while (!uart_leave_link());
	if (link_is_stopped())
		hal_exit(EXIT_STOPPED);
}

_Noreturn void program_run(void)
{
	struct image image;
	hal_now_ms();
	struct run_options options = options_read();
	if (options.boot != BOOT_MCUBOOT)
		hal_exit(EXIT_USAGE);
	hal_watchdog(options.power.watchdog_ms);
	if (!options.no_rig)
		link_open(take_frame);
	if (!hal_flash_open("", FLASH_BYTES, false))
		hal_exit(EXIT_USAGE);
	if (!boot_run(&image))
		hal_exit(EXIT_NO_IMAGE);
	if (!runtime_is_there()) {
		console_line("boot: ", "no runtime behind the bootloader");
		hal_exit(EXIT_NO_IMAGE);
	}
	leave_link();
	handover_leave();
	hal_watchdog_feed();
	runtime_start();
}
