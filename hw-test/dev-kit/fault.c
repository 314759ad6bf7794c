#include "fault.h"

#include "hal.h"
#include "memory.h"
#include "mps2.h"

#include <string.h>

/* What the processor pushed when it took the exception (ARM DDI 0403, B1.5.6). */
struct frame {
	uint32_t r0, r1, r2, r3, r12, lr, pc, status;
};

#define STACK_OVERFLOW 4
#define REPORT_STACK_BYTES 512
#define TEXT_OF(X) #X
#define TEXT(X) TEXT_OF(X)

/* By bit of the Configurable Fault Status Register (ARM DDI 0403, B3.2.15). */
static const char *const causes[32] = {
	[0] = "execution of what is no code",
	[1] = "access to protected memory",
	[3] = "access to protected memory on return from an exception",
	[STACK_OVERFLOW] = "stack overflow",
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

static bool is_in_guard(uint32_t address)
{
	const uint8_t *byte = (const uint8_t *)(uintptr_t)address;
	return byte >= _guard && byte < _stack_end;
}

/* Whether the processor could push it. */
static bool is_sound(const struct frame *frame, uint32_t status)
{
	const uint8_t *start = (const uint8_t *)frame;
	return !(status & CFSR_NOT_PUSHED) && start >= _pool_start && start + sizeof *frame <= _stack_top;
}

static void say_cause(uint32_t status)
{
	if (status & CFSR_MMFAR_VALID) {
		say(is_in_guard(SCB_MMFAR) ? causes[STACK_OVERFLOW] : cause_of(status));
		say_hex(" at ", SCB_MMFAR);
	} else {
		say(cause_of(status));
		if (status & CFSR_BFAR_VALID)
			say_hex(" at ", SCB_BFAR);
	}
}

__attribute__((used)) static _Noreturn void report(const struct frame *frame)
{
	uint32_t status = SCB_CFSR;
	MPU_CONTROL = 0; /* the frame may lie across the guard */
	say("fault: ");
	say_cause(status);
	if (is_sound(frame, status)) {
		say_hex(", pc ", frame->pc);
		say_hex(", lr ", frame->lr);
	}
	say("\n");
	hal_exit(EXIT_FAULT);
}

/* The stack may be what is wrong. */
__attribute__((used, aligned(8))) static uint8_t report_stack[REPORT_STACK_BYTES];

__attribute__((naked)) void fault_enter(void)
{
	__asm__ volatile("mrs r0, msp\n"
					 "ldr r1, =report_stack + " TEXT(REPORT_STACK_BYTES) "\n"
					 "msr msp, r1\n"
					 "b report\n");
}
