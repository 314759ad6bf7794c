#include "power.h"

#include "boot.h"
#include "bytecode.h"
#include "event_loop.h"
#include "events.h"
#include "failure.h"
#include "flash.h"
#include "hal.h"
#include "machine.h"
#include "modules.h"
#include "script.h"
#include "xsAll.h"

static void run_body(txMachine *the, const struct bytecode *bytecode)
{
	mxTry(the)
	{
		fxBeginHost(the);
		modules_run_main(the, bytecode);
		fxEndHost(the);
	}
	mxCatch(the)
	{
		failure_exception(the);
	}
}

_Noreturn void power_run(const struct power_options *options)
{
	struct image image;
	struct bytecode bytecode;
	if (!boot_run(&image))
		hal_exit(EXIT_NO_IMAGE);
	const uint8_t *body = flash_view(&partition_primary, image.body_offset, image.body_bytes);
	txMachine *machine = machine_create((struct machine_memory){
		.pool_bytes = options->pool_bytes,
		.image_names = bytecode_peek_name_count(body, image.body_bytes)});
	/* A body that is no bytecode, or another board's, crashes as a jump into garbage would. */
	const char *problem = bytecode_parse(&bytecode, body, image.body_bytes);
	if (problem)
		failure_exit(EXIT_EXCEPTION, problem);
	event_start(options->pool_bytes);
	bytecode_link(machine, &bytecode);
	script_define_globals(machine, options->reset_cause);
	hal_watchdog(options->watchdog_ms);
	run_body(machine, &bytecode);
	event_loop_run(machine, options->watchdog_ms);
	power_end(machine, EXIT_STOPPED);
}

_Noreturn void power_end(void *machine, enum exit_code code)
{
	struct machine_heap heap = machine_measure(machine);
	event_heap(&heap);
	hal_exit(code);
}
