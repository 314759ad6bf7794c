/* The runtime's program: runs what the bootloader has found sound. */
#include "hal.h"
#include "handover.h"
#include "layout.h"
#include "link.h"
#include "options.h"
#include "power.h"
#include "program.h"

_Noreturn void program_run(void)
{
	struct image image;
	hal_now_ms();
	struct run_options options = options_read();
	handover_take();
	if (!options.no_rig)
		link_open(power_take_frame);
	if (!hal_flash_open("", FLASH_BYTES, false))
		hal_exit(EXIT_USAGE);
	if (!image_read(&image, &partition_primary))
		hal_exit(EXIT_NO_IMAGE);
	power_run(&options.power, &image);
}
