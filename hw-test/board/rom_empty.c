#include "rom.h"

const struct rom_module rom_modules[1] = {{NULL, NULL, 0, NULL, 0}};
const int rom_module_count = 0;
const char *const rom_names[1] = {NULL};
const int rom_name_count = 0;
