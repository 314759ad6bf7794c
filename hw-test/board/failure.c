#include "failure.h"

#include "console.h"
#include "events.h"
#include "hal.h"
#include "xsAll.h"

_Noreturn void failure_exit(enum exit_code code, const char *message)
{
	console_line(code == EXIT_EXCEPTION ? "exception: " : "fatal: ", message);
	if (code == EXIT_EXCEPTION)
		event_exception(message);
	hal_exit(code);
}

void machine_exception_text(txMachine *the, char *into, size_t capacity)
{
	into[0] = 0;
	mxTry(the)
	{
		fxBeginHost(the); /* throwing needs a frame; it is left to the reset that follows */
		mxPush(mxException);
		mxException = mxUndefined;
		c_snprintf(into, capacity, "%s", fxToString(the, the->stack));
	}
	mxCatch(the)
	{
		c_snprintf(into, capacity, "an exception that has no text");
	}
}

_Noreturn void failure_exception(txMachine *machine)
{
	char message[FAILURE_MESSAGE_MAX_BYTES];
	machine_exception_text(machine, message, sizeof message);
	failure_exit(EXIT_EXCEPTION, message);
}
