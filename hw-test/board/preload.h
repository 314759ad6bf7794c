/*
 * The read-only heap: what a linker puts into ROM for an application that is preloaded (Moddable's
 * xsl and "preload"). Built-ins, modules and the image's functions, classes and tables are made at each
 * start in a region of their own, which is then locked; what runs is a clone of it, in RAM.
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <stddef.h>

#include "bytecode.h"
#include "machine.h"

/*
 * A machine in a pool of `pool_bytes`. The module of an image that is preloaded has run: what its top
 * level throws ends the power cycle as at run time. Of another image only the built-ins are in ROM,
 * and it is to be run.
 */
txMachine *preload_machine(const struct bytecode *bytecode, size_t pool_bytes);

#endif
