/*
 * The modules that are part of the board, as bytecode in constant memory. rom_empty.c is for the
 * program that compiles them; the `rom` subcommand writes the real one at build time.
 */
#ifndef ROM_H
#define ROM_H

#include <stdint.h>

#include "xsAll.h"

struct rom_module {
	const char *name;
	const uint8_t *code;
	int32_t code_bytes;
	const txHostFunctionBuilder *natives;
	int native_count;
};

extern const struct rom_module rom_modules[];
extern const int rom_module_count;

/* Names the modules use beyond the built-in ones, in the order of their ids. */
extern const char *const rom_names[];
extern const int rom_name_count;

#endif
