#include "memory.h"

#include "layout.h"
#include "mps2.h"

/* The linker's own arithmetic: sizes of regions are powers of two. */
#define CODE_LOG2 22u
#define RAM_BASE 0x20000000u
#define RAM_LOG2 19u
#define NOR_LOG2 20u
#define STACK_GUARD_LOG2 5u

_Static_assert(1u << NOR_LOG2 == FLASH_BYTES, "the MPU's region is the flash");

/* Access permissions of MPU_RASR (ARM DDI 0403, table B3-15), privileged code. */
enum access { NO_ACCESS = 0, READ_WRITE = 3, READ_ONLY = 6 };
enum execution { RUNS = 0, RUNS_NOT = 1 };

/* Where regions overlap, the higher number counts. */
enum region { CODE_REGION, NULL_REGION, RAM_REGION, STACK_GUARD_REGION, NOR_REGION, ROM_HEAP_REGION };

static void set_region(enum region region, uint32_t base, uint32_t size_log2, enum access access, enum execution execution)
{
	MPU_BASE = base | 1u << 4 | (uint32_t)region;
	MPU_SIZE = (uint32_t)execution << 28 | (uint32_t)access << 24 | (size_log2 - 1) << 1 | 1;
	__asm__ volatile("dsb; isb" ::: "memory");
}

void memory_open_nor(bool is_open)
{
	set_region(NOR_REGION, NOR_BASE, NOR_LOG2, is_open ? READ_WRITE : READ_ONLY, RUNS_NOT);
}

void memory_lock_rom_heap(void)
{
	set_region(ROM_HEAP_REGION, ROM_HEAP_BASE, ROM_HEAP_LOG2, READ_ONLY, RUNS_NOT);
}

void memory_protect(void)
{
	set_region(CODE_REGION, 0, CODE_LOG2, READ_ONLY, RUNS);
	/* The processor reads vectors by the default map. */
	set_region(NULL_REGION, 0, (uint32_t)_null_guard_log2, NO_ACCESS, RUNS_NOT);
	set_region(RAM_REGION, RAM_BASE, RAM_LOG2, READ_WRITE, RUNS_NOT);
	set_region(STACK_GUARD_REGION, (uint32_t)_guard, STACK_GUARD_LOG2, NO_ACCESS, RUNS_NOT);
	set_region(ROM_HEAP_REGION, ROM_HEAP_BASE, ROM_HEAP_LOG2, READ_WRITE, RUNS_NOT);
	memory_open_nor(false);
	MPU_CONTROL = MPU_ON;
	__asm__ volatile("dsb; isb" ::: "memory");
}
