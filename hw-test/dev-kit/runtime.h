/* The image behind the bootloader, by its vector table. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdbool.h>

/* Its first two vectors are a stack in RAM and code of its own: erased flash has neither. */
bool runtime_is_there(void);

/*
 * Starts it as a reset would: its vectors, its stack, no interrupt enabled nor pending but the link's. The
 * watchdog goes on, and so do the MPU's regions until it sets its own.
 */
_Noreturn void runtime_start(void);

#endif
