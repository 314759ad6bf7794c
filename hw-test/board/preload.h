/*
 * The read-only heap: what a linker puts into ROM for an application that is preloaded (Moddable's
 * xsl and "preload"). Built-ins, modules and the image's functions, classes and tables are made once
 * in a region of their own, which is then locked; what runs is a clone of it, in RAM.
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <stddef.h>

#include "bytecode.h"
#include "machine.h"

/*
 * A machine in a pool of `pool_bytes` that has loaded the image's module, whose top level has run, in
 * ROM. Ends the power cycle as the same failure would at run time, where that throws.
 */
txMachine *preload_machine(const struct bytecode *bytecode, size_t pool_bytes);

#endif
