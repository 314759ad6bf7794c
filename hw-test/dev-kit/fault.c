#include "fault.h"

#include "hal.h"
#include "memory.h"
#include "mps2.h"

#include <string.h>

/* What the processor pushed when it took the exception (ARM DDI 0403, B1.5.6). */
struct frame {
	uint32_t r0, r1, r2, r3, r12, lr, pc, status;
};

/* By bit of the Configurable Fault Status Register (ARM DDI 0403, B3.2.15). */
static const char *const causes[32] = {
	[0] = "execution of what is no code",
	[1] = "access to protected memory",
	[3] = "access to protected memory on return from an exception",
	[4] = "stack overflow",
	[8] = "execution where nothing is",
	[9] = "access where nothing is",
	[10] = "access where nothing is, some instructions before",
	[11] = "access where nothing is on return from an exception",
	[12] = "stack where nothing is",
	[16] = "undefined instruction",
	[17] = "invalid state",
	[18] = "invalid return from an exception",
	[19] = "no coprocessor",
	[24] = "unaligned access",
	[25] = "division by zero",
};

static const char *cause_of(uint32_t status)
{
	for (int bit = 0; bit < 32; bit++)
		if (status >> bit & 1 && causes[bit])
			return causes[bit];
	return "hard fault";
}

static void say(const char *text)
{
	hal_console(text, strlen(text));
}

static void say_hex(const char *name, uint32_t value)
{
	char digits[9] = "";
	for (int i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	say(name);
	say(digits);
}

/* A frame that did not fit the stack was not pushed. */
static bool is_on_stack(const struct frame *frame)
{
	const uint8_t *start = (const uint8_t *)frame;
	return start >= _stack_end && start + sizeof *frame <= _stack_top;
}

__attribute__((used)) static _Noreturn void report(const struct frame *frame)
{
	uint32_t status = SCB_CFSR;
	say("fault: ");
	say(cause_of(status));
	if (status & CFSR_MMFAR_VALID)
		say_hex(" at ", SCB_MMFAR);
	else if (status & CFSR_BFAR_VALID)
		say_hex(" at ", SCB_BFAR);
	if (is_on_stack(frame)) {
		say_hex(", pc ", frame->pc);
		say_hex(", lr ", frame->lr);
	}
	say("\n");
	hal_exit(EXIT_FAULT);
}

/* The stack may be what is wrong, so the report starts at its top; nothing on it is needed again. */
__attribute__((naked)) void fault_enter(void)
{
	__asm__ volatile("mrs r0, msp\n"
					 "ldr r1, =_stack_top\n"
					 "msr msp, r1\n"
					 "b report\n");
}
