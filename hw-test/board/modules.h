/* Which modules an import finds: the ROM's, and the image's single one, `main`. */
#ifndef MODULES_H
#define MODULES_H

#include "bytecode.h"

/* Runs the image's module, with everything it imports. Throws what it throws. */
void modules_run_main(txMachine *machine, const struct bytecode *bytecode);

/* Calls the default export of the module, which has run. Throws what it throws. */
void modules_start_main(txMachine *machine);

#endif
