/* The machine below the board, as a Cortex-M4; the serial lines are uart.c's. */
#include "hal.h"

#include "interrupts.h"
#include "layout.h"
#include "memory.h"
#include "mps2.h"
#include "uart.h"

#include <string.h>

/*
 * The first word behind the NOR stands for a retention register (nRF9160: POWER.GPREGRET): why the
 * power cycle ended, for whoever starts the next one.
 */
#define RETENTION REGISTER(NOR_BASE + FLASH_BYTES)
#define RETENTION_MAGIC 0x5EA50000u

/* What runs after XS has noticed a full stack: the report of it. */
#define STACK_RESERVE_BYTES 1024u

static volatile uint32_t ticks_ms;
static uint32_t random_state = 1;

_Noreturn void hal_exit(enum exit_code code)
{
	__asm__ volatile("cpsid i" ::: "memory");
	hal_watchdog(0);
	uart_finish();
	RETENTION = RETENTION_MAGIC | (uint32_t)code;
	__asm__ volatile("dsb" ::: "memory");
	SCB_AIRCR = AIRCR_SYSRESETREQ;
	for (;;)
		;
}

void on_tick(void)
{
	ticks_ms++;
}

uint64_t hal_now_ms(void)
{
	if (!(SYSTICK_CONTROL & SYSTICK_IS_ON)) {
		SYSTICK_RELOAD = CLOCK_HZ / 1000 - 1;
		SYSTICK_VALUE = 0;
		SYSTICK_CONTROL = SYSTICK_RUNS;
	}
	return ticks_ms; /* wraps after 49 days */
}

/* This machine has no source of entropy: the rig gives a seed at each start. */
void hal_random_seed(uint32_t seed)
{
	random_state = seed ? seed : 1;
}

int hal_random(void)
{
	/* xorshift32 (Marsaglia, "Xorshift RNGs", 2003) */
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return (int)(random_state & 0x7FFFFFFF);
}

char *hal_stack_limit(void)
{
	return (char *)_stack_end + STACK_RESERVE_BYTES;
}

void *hal_memory(size_t byte_length)
{
	if (byte_length > (size_t)(_guard - _pool_start))
		return NULL;
	return memset(_pool_start, 0, byte_length);
}

void *hal_rom(size_t *byte_length)
{
	*byte_length = 1u << ROM_HEAP_LOG2;
	return (void *)ROM_HEAP_BASE;
}

void hal_rom_lock(void)
{
	memory_lock_rom_heap();
}

void hal_watchdog(uint32_t timeout_ms)
{
	WATCHDOG->lock = WATCHDOG_UNLOCK;
	WATCHDOG->control = 0;
	if (timeout_ms == 0)
		return;
	WATCHDOG->load = timeout_ms * (CLOCK_HZ / 1000);
	WATCHDOG->clear = 1;
	WATCHDOG->control = WATCHDOG_RUNS;
}

/* Writing it loads the time anew; one that is not armed stays so. */
void hal_watchdog_feed(void)
{
	WATCHDOG->lock = WATCHDOG_UNLOCK;
	WATCHDOG->clear = 1;
}

/* Not maskable: it ends loops with interrupts off as well. */
void on_watchdog(void)
{
	hal_exit(EXIT_WATCHDOG);
}

bool hal_flash_open(const char *name, uint32_t byte_length, bool create)
{
	(void)name;
	return byte_length == FLASH_BYTES && !create;
}

const uint8_t *hal_flash(void)
{
	return (const uint8_t *)NOR_BASE;
}

void hal_flash_store(uint32_t address, const uint8_t *bytes, uint32_t byte_length)
{
	memory_open_nor(true);
	memcpy((uint8_t *)NOR_BASE + address, bytes, byte_length);
	memory_open_nor(false);
}

void hal_flash_fill(uint32_t address, uint8_t value, uint32_t byte_length)
{
	memory_open_nor(true);
	memset((uint8_t *)NOR_BASE + address, value, byte_length);
	memory_open_nor(false);
}
