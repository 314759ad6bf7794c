/* Why a power cycle ended: the exit codes of `run` (docs/virtual-tracker.md, "The board program"). */
#ifndef EXIT_CODE_H
#define EXIT_CODE_H

enum exit_code {
	EXIT_STOPPED = 0,
	EXIT_FAILED = 1, /* host subcommands: compile, rom, bench */
	EXIT_USAGE = 2,
	EXIT_RESTART = 64,
	EXIT_OUT_OF_MEMORY = 65,
	EXIT_EXCEPTION = 66,
	EXIT_WATCHDOG = 67,
	EXIT_STACK_OVERFLOW = 68,
	EXIT_POWER_CUT = 69,
	EXIT_NO_IMAGE = 70,
	EXIT_LINK_LOST = 71,
	EXIT_FAULT = 72, /* the processor's own: a bad address, instruction or stack */
};

#endif
