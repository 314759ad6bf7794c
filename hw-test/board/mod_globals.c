/* Globals of every script: `trace`, and `System` with `restart` and `resetCause`. */
#include "xsmc.h"

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
	xsmcSetString(xsVar(0), (char *)reset_cause);
	xsmcDefine(xsVar(1), xsID("resetCause"), xsVar(0), xsDontEnum);
	xsmcDefine(xsGlobal, xsID("System"), xsVar(1), xsDontEnum);
	xsEndHost((xsMachine *)machine);
}
