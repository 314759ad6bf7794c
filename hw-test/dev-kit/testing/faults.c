/* For the tests: does what its option names, which the machine must answer with a fault. */
#include "hal.h"
#include "memory.h"
#include "mps2.h"
#include "probe.h"
#include "program.h"

#include <string.h>

/* Nowhere on this board is anything there. */
#define NOTHING 0xA0000000u
/* Behind its vectors. */
#define BOOT_CODE 0x100u

static volatile uint32_t sink, zero;

static void store(uint32_t address)
{
	*(volatile uint32_t *)address = 1;
}

static void write_code(void)
{
	store((uint32_t)(uintptr_t)store & ~3u);
}

static void write_nor(void)
{
	store(NOR_BASE);
}

static void read_null(void)
{
	sink = *(volatile uint32_t *)(uintptr_t)zero;
}

static void read_bootloader(void)
{
	sink = *(volatile uint32_t *)(uintptr_t)(BOOT_CODE + zero);
}

static void read_nothing(void)
{
	sink = *(volatile uint32_t *)NOTHING;
}

static void run_data(void)
{
	((void (*)(void))((uintptr_t)_pool_start | 1))(); /* Thumb */
}

static void undefined_instruction(void)
{
	__asm__ volatile("udf #0");
}

static void divide_by_zero(void)
{
	sink = 1000 / zero;
}

static uint32_t overflow_stack(uint32_t depth)
{
	volatile uint8_t frame[256];
	memset((void *)frame, (int)depth, sizeof frame);
	return depth == UINT32_MAX ? 0 : overflow_stack(depth + 1) + frame[depth % sizeof frame];
}

static void deep(void)
{
	sink = overflow_stack(0);
}

static void hang(void)
{
	hal_watchdog(50);
	__asm__ volatile("cpsid i");
	for (;;)
		;
}

_Noreturn void program_run(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{"write-code", write_code},
		{"write-nor", write_nor},
		{"read-null", read_null},
		{"read-bootloader", read_bootloader},
		{"read-nothing", read_nothing},
		{"run-data", run_data},
		{"undefined-instruction", undefined_instruction},
		{"divide-by-zero", divide_by_zero},
		{"overflow-stack", deep},
		{"hang", hang},
	};
	static char options[256];
	hal_now_ms();
	if (!probe_options(options, sizeof options))
		hal_exit(EXIT_USAGE);
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (strstr(options, cases[i].name))
			cases[i].run();
	hal_exit(EXIT_STOPPED);
}
