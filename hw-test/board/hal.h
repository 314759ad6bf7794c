/*
 * What the board needs of the machine below it. hal_linux.c provides it with a process, a flash
 * file and descriptor 3; ../dev-kit with the registers of a Cortex-M. No other file of `run`
 * knows an operating system.
 */
#ifndef HAL_H
#define HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_code.h"

/* Ends the power cycle. */
_Noreturn void hal_exit(enum exit_code code);

/* Milliseconds since power-on, monotonic. */
uint64_t hal_now_ms(void);

/* 31 random bits, from the platform's entropy, or reproducible after hal_random_seed(). */
int hal_random(void);
void hal_random_seed(uint32_t seed);

/* Writes to the console as is. */
void hal_console(const char *text, size_t length);

/* Lowest address the C stack may reach. Call it from near the stack's start. */
char *hal_stack_limit(void);

/* `byte_length` bytes of zeroed RAM, 16-byte aligned, until power-off. NULL if there are not so many. */
void *hal_memory(size_t byte_length);

/*
 * Memory that stands for a linker's part of the ROM, aligned to 16 bytes; NULL if there is none. It may
 * be written until it is locked; after that a write is a fault.
 */
void *hal_rom(size_t *byte_length);
void hal_rom_lock(void);

/* Resets with EXIT_WATCHDOG unless called again or fed within `timeout_ms`; 0 disarms it. */
void hal_watchdog(uint32_t timeout_ms);
/* Starts its time anew, if it is armed. */
void hal_watchdog_feed(void);

/*
 * Flash: `byte_length` bytes, memory-mapped for reading. Program and erase do as told; the rules of
 * NOR are flash.c's. `name` says which flash, where a machine has several (on Linux a file).
 */
bool hal_flash_open(const char *name, uint32_t byte_length, bool create);
const uint8_t *hal_flash(void);
void hal_flash_store(uint32_t address, const uint8_t *bytes, uint32_t byte_length);
void hal_flash_fill(uint32_t address, uint8_t value, uint32_t byte_length);

/* Link to the rig: a byte stream both ways. */
bool hal_link_open(void);
/* Bytes read, 0 if none wait, -1 once the stream has ended. */
int hal_link_read(uint8_t *into, size_t capacity);
/* Writes all or fails. */
bool hal_link_write(const uint8_t *bytes, size_t byte_length);

/* Sleeps until the link is readable (if `link`) or `timeout_ms` has passed; HAL_FOREVER: no end. */
#define HAL_FOREVER UINT32_MAX
void hal_wait(bool link, uint32_t timeout_ms);

#endif
