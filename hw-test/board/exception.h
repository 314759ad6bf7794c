/* The way down for an exception that no script has caught. */
#ifndef EXCEPTION_H
#define EXCEPTION_H

typedef struct sxMachine txMachine;

/* failure_exit() with the text of the exception that the machine has just caught. */
_Noreturn void exception_exit(txMachine *machine);

#endif
