/* `tracker/ota` for scripts: firmware/ports/ota.ts. */
#include "xsmc.h"

#include "layout.h"
#include "ota_ops.h"

/* Only where that bootloader has started an image. */
static void check_started(xsMachine *the)
{
	if (!layout_has_running())
		xsUnknownError("no partition of ESP-IDF's runs");
}

void script_ota_running_state(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_state(false));
}

void script_ota_next_state(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_state(true));
}

void script_ota_boots_next(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_boots_next());
}

void script_ota_boot_next(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_boot_next());
}

void script_ota_mark_valid(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_mark_valid());
}

void script_ota_forget_next(xsMachine *the)
{
	check_started(the);
	xsmcSetInteger(xsResult, ota_forget_next());
}
