/* The memory map that the linker scripts lay out, and what the MPU lets code do with it. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

extern uint8_t _ram_start[], _pool_start[], _guard[], _stack_end[], _stack_top[];
extern uint8_t _runtime_start[], _runtime_end[];
/* A number: log2 of how many bytes from 0 on are out of reach. */
extern uint8_t _null_guard_log2[];

/*
 * From now on a fault: writing to code or NOR, running what is in RAM or NOR, any access through a
 * null pointer, and a stack that grows into its guard.
 */
void memory_protect(void);

/* Locks the read-only heap; it opens again with the next reset. */
void memory_lock_rom_heap(void);

/* Opens the NOR for writes, or closes it again. */
void memory_open_nor(bool is_open);

#endif
