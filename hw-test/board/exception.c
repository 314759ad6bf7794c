#include "exception.h"

#include "events.h"
#include "failure.h"
#include "xsAll.h"

/* The machine cannot be used after it. */
static void put_text(txMachine *the, char *into, size_t capacity)
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

_Noreturn void exception_exit(txMachine *machine)
{
	char message[EVENT_MESSAGE_MAX_BYTES];
	put_text(machine, message, sizeof message);
	failure_exit(EXIT_EXCEPTION, message);
}
