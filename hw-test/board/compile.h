/* Host subcommands that turn JavaScript into bytecode, with the engine that will run it. */
#ifndef COMPILE_H
#define COMPILE_H

#include <stdbool.h>

/* `compile IN.js OUT.xsb` and `preload IN.js OUT.xsb`: one module as the body of an image. */
int compile_image(const char *source_path, const char *output_path, bool is_preloaded);

/* `rom OUT.c NAME=IN.xs…`: the board's own modules as a C source that defines rom.h. */
int compile_rom(const char *output_path, int module_count, char **modules);

#endif
