/* The ways down that no script can catch. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stddef.h>

#include "exit_code.h"

#define FAILURE_MESSAGE_MAX_BYTES 200u

typedef struct sxMachine txMachine;

/* Says why on the console, and as an `exception` event for EXIT_EXCEPTION, then ends the cycle. */
_Noreturn void failure_exit(enum exit_code code, const char *message);

/* The same for the exception that the machine has just caught. */
_Noreturn void failure_exception(txMachine *machine);

/*
 * The text of the caught exception, cut to `capacity` bytes with the final NUL. Only on the way down:
 * the machine cannot be used after it.
 */
void machine_exception_text(txMachine *machine, char *into, size_t capacity);

#endif
