/* Globals of every script: `trace`, and `System` with `restart`, `resetCause` and `crc32`. */
#include "xsmc.h"

#include "crc32.h"
#include "hal.h"
#include "script.h"

#include <string.h>

static script_restart_hook *restart_hook;

/* All arguments as one line; a line end of the caller's own is not doubled. */
static void script_trace(xsMachine *the)
{
	int argument_count = xsmcArgc;
	int ended = 0;
	for (int i = 0; i < argument_count; i++) {
		const char *text = xsmcToString(xsArg(i));
		size_t length = strlen(text);
		hal_console(text, length);
		ended = length > 0 && text[length - 1] == '\n';
	}
	if (!ended)
		hal_console("\n", 1);
}

static void script_restart(xsMachine *the)
{
	restart_hook(the);
}

/* `crc32(crc, bytes, start, end)`: firmware/ports/checksum.ts. */
static void script_crc32(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue byte_length;
	uint32_t crc = fxToUnsigned(the, &xsArg(0));
	xsIntegerValue start = xsmcToInteger(xsArg(2));
	xsIntegerValue end = xsmcToInteger(xsArg(3));
	xsmcGetBufferReadable(xsArg(1), &bytes, &byte_length);
	if (start < 0 || end < start || (xsUnsignedValue)end > byte_length)
		xsRangeError("outside of the bytes");
	crc = crc32_update(crc, (uint8_t *)bytes + start, (uint32_t)(end - start));
	if (crc > INT32_MAX)
		xsmcSetNumber(xsResult, crc);
	else
		xsmcSetInteger(xsResult, (xsIntegerValue)crc);
}

void script_define_globals(void *machine, const char *reset_cause, script_restart_hook *restart)
{
	restart_hook = restart;
	xsBeginHost((xsMachine *)machine);
	xsmcVars(2);
	xsVar(0) = xsNewHostFunction(script_trace, 1);
	xsmcDefine(xsGlobal, xsID("trace"), xsVar(0), xsDontEnum);
	xsmcSetNewObject(xsVar(1));
	xsVar(0) = xsNewHostFunction(script_restart, 0);
	xsmcDefine(xsVar(1), xsID("restart"), xsVar(0), xsDontEnum);
	xsVar(0) = xsNewHostFunction(script_crc32, 4);
	xsmcDefine(xsVar(1), xsID("crc32"), xsVar(0), xsDontEnum);
	xsmcSetString(xsVar(0), (char *)reset_cause);
	xsmcDefine(xsVar(1), xsID("resetCause"), xsVar(0), xsDontEnum);
	xsmcDefine(xsGlobal, xsID("System"), xsVar(1), xsDontEnum);
	xsEndHost((xsMachine *)machine);
}
