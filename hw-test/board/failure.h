/* The way down that no script can catch. */
#ifndef FAILURE_H
#define FAILURE_H

#include "exit_code.h"

/* Says why on the console, and as an `exception` event for EXIT_EXCEPTION, then ends the cycle. */
_Noreturn void failure_exit(enum exit_code code, const char *message);

#endif
