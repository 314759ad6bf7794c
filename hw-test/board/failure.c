#include "failure.h"

#include "console.h"
#include "events.h"
#include "hal.h"

_Noreturn void failure_exit(enum exit_code code, const char *message)
{
	console_line(code == EXIT_EXCEPTION ? "exception: " : "fatal: ", message);
	if (code == EXIT_EXCEPTION)
		event_exception(message);
	hal_exit(code);
}
