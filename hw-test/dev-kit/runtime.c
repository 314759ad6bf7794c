#include "runtime.h"

#include "memory.h"
#include "mps2.h"

/* ARM DDI 0403, B1.5.3: the table's first words; bit 0 of a vector says Thumb. */
struct vectors {
	uint32_t stack_top;
	uint32_t reset;
};

#define STACK_ALIGNMENT 8u
#define THUMB 1u

static const struct vectors *vectors(void)
{
	return (const struct vectors *)(void *)_runtime_start;
}

static bool is_in(uint32_t address, const uint8_t *start, const uint8_t *end)
{
	return address >= (uint32_t)(uintptr_t)start && address < (uint32_t)(uintptr_t)end;
}

bool runtime_is_there(void)
{
	uint32_t stack_top = vectors()->stack_top;
	uint32_t reset = vectors()->reset;
	return stack_top % STACK_ALIGNMENT == 0 && is_in(stack_top - 1, _ram_start, _stack_top) &&
		(reset & THUMB) != 0 && is_in(reset, _runtime_start + sizeof(struct vectors), _runtime_end);
}

static _Noreturn void jump(uint32_t stack_top, uint32_t reset)
{
	__asm__ volatile("msr msp, %0\n"
					 "isb\n"
					 "bx %1\n" ::"r"(stack_top),
		"r"(reset)
		: "memory");
	__builtin_unreachable();
}

_Noreturn void runtime_start(void)
{
	NVIC_DISABLE = UINT32_MAX;
	SYSTICK_CONTROL = 0;
	SCB_ICSR = ICSR_SYSTICK_NOT_PENDING;
	SCB_VTOR = (uint32_t)(uintptr_t)_runtime_start;
	__asm__ volatile("dsb; isb" ::: "memory");
	jump(vectors()->stack_top, vectors()->reset);
}
