/* The options of a power cycle, which the probe has. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "run_options.h"

/* Resets with EXIT_USAGE if there are none or they are wrong. What they point to stays. */
struct run_options options_read(void);

#endif
