/* From reset, or from the bootloader, to the program. */
#include "fault.h"
#include "interrupts.h"
#include "memory.h"
#include "mps2.h"
#include "program.h"

extern uint32_t _data_load[], _data_start[], _data_end[], _bss_start[], _bss_end[];

_Noreturn void start(void)
{
	const uint32_t *from = _data_load;
	for (uint32_t *to = _data_start; to < _data_end;)
		*to++ = *from++;
	for (uint32_t *to = _bss_start; to < _bss_end;)
		*to++ = 0;
	SCB_SHCSR |= SHCSR_FAULT_HANDLERS;
	SCB_CCR |= CCR_DIVISION_BY_ZERO_FAULTS;
	memory_protect();
	program_run();
}

typedef void (*vector)(void);

/*
 * ARM DDI 0403, B1.5.2; 16 + n is interrupt n. The alignment is VTOR's, and makes
 * the bootloader's null guard cover no code.
 */
__attribute__((section(".vectors"), used, aligned(256))) static const vector vectors[64] = {
	(vector)(uintptr_t)_stack_top,
	start,
	on_watchdog,
	fault_enter, /* hard */
	fault_enter, /* memory */
	fault_enter, /* bus */
	fault_enter, /* usage */
	[11] = fault_enter, /* nothing here calls the supervisor */
	[15] = on_tick,
	[16 + LINK_INTERRUPT] = on_link_received,
};
