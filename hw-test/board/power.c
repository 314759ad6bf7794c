#include "power.h"

#include "analog.h"
#include "bytecode.h"
#include "event_loop.h"
#include "events.h"
#include "exception.h"
#include "failure.h"
#include "flash.h"
#include "hal.h"
#include "link.h"
#include "machine.h"
#include "modules.h"
#include "preload.h"
#include "script.h"
#include "sockets.h"
#include "xsAll.h"

const char *power_take_frame(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length)
{
	if (type == LINK_INPUT)
		return analog_take_input(payload, byte_length) ? NULL : "malformed INPUT";
	if (sockets_take_frame(type, channel, payload, byte_length))
		return NULL;
	return "unexpected or malformed frame";
}

/* An orderly end: tells the heap's use, then ends the cycle. */
static _Noreturn void end(txMachine *machine, enum exit_code code)
{
	struct heap_use heap = machine_measure(machine);
	event_heap(&heap);
	hal_exit(code);
}

_Noreturn void power_restart(void *machine)
{
	end(machine, EXIT_RESTART);
}

static void run_body(txMachine *the, const struct bytecode *bytecode)
{
	mxTry(the)
	{
		fxBeginHost(the);
		if (bytecode->is_preloaded)
			modules_start_main(the);
		else
			modules_run_main(the, bytecode);
		fxEndHost(the);
	}
	mxCatch(the)
	{
		exception_exit(the);
	}
}

_Noreturn void power_run(const struct power_options *options, const struct image *image)
{
	struct bytecode bytecode;
	const uint8_t *body = flash_view(image->slot, image->body_offset, image->body_bytes);
	/* A body that is no bytecode, or another board's, crashes as a jump into garbage would. */
	const char *problem = bytecode_parse(&bytecode, body, image->body_bytes);
	if (problem)
		failure_exit(EXIT_EXCEPTION, problem);
	hal_watchdog(options->watchdog_ms);
	txMachine *machine = preload_machine(&bytecode, options->pool_bytes);
	event_start(machine_engine, options->pool_bytes, machine_slot_bytes());
	script_define_globals(machine, options->reset_cause, power_restart);
	run_body(machine, &bytecode);
	event_loop_run(machine, options->watchdog_ms);
	end(machine, EXIT_STOPPED);
}
