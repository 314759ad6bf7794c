/* `embedded:io/analog` for scripts. */
#include "xsmc.h"

#include "analog.h"

/* ADCs of the parts in question have 8 to 16 bits. */
#define RESOLUTION_MAX_BITS 16

static uint8_t get_pin(xsMachine *the)
{
	xsIntegerValue pin = xsmcToInteger(xsArg(0));
	if (!analog_has_pin(pin))
		xsRangeError("no such pin");
	return (uint8_t)pin;
}

void script_analog_check_pin(xsMachine *the)
{
	xsmcSetInteger(xsResult, get_pin(the));
}

/* Full scale is the highest code of the resolution. */
void script_analog_read(xsMachine *the)
{
	uint8_t pin = get_pin(the);
	xsIntegerValue bits = xsmcToInteger(xsArg(1));
	if (bits < 1 || bits > RESOLUTION_MAX_BITS)
		xsRangeError("invalid resolution");
	uint32_t highest = (1u << bits) - 1;
	xsmcSetInteger(xsResult, (xsIntegerValue)(analog_get(pin) * highest / ANALOG_FULL));
}
