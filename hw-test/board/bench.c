#include "bench.h"

#include "bytecode.h"
#include "event_loop.h"
#include "exception.h"
#include "files.h"
#include "hal.h"
#include "machine.h"
#include "modules.h"
#include "power.h"
#include "script.h"
#include "xsAll.h"

/* `meter(function)`: the byte codes it executes, the same number on every run. */
static void meter(txMachine *the)
{
	txU4 before = the->meterIndex;
	mxPushUndefined();
	mxPushSlot(mxArgv(0));
	mxCall();
	mxRunCount(0);
	mxPop();
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = the->meterIndex - before;
}

static void define_number(txMachine *the, const char *name, uint32_t value)
{
	mxPushSlot(mxResult);
	txSlot *object = the->stack;
	mxPushNumber(value);
	mxPushSlot(object);
	mxDefineID(fxNewNameC(the, (txString)name), XS_NO_FLAG, XS_GET_ONLY | XS_DONT_ENUM_FLAG);
	the->stack = object + 1;
}

/* `heap()`: bytes in use after a garbage collection. */
static void heap(txMachine *the)
{
	struct heap_use use = machine_measure(the);
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	mxPullSlot(mxResult);
	define_number(the, "chunkBytes", use.chunk_bytes);
	define_number(the, "chunkPeakBytes", use.chunk_peak_bytes);
	define_number(the, "slotBytes", use.slot_bytes);
	define_number(the, "slotPeakBytes", use.slot_peak_bytes);
}

static void define_global(txMachine *the, const char *name, txCallback callback)
{
	mxPush(mxGlobal);
	txSlot *global = the->stack;
	fxNewHostFunction(the, callback, 0, XS_NO_ID, XS_NO_ID);
	mxPushSlot(global);
	mxDefineID(fxNewNameC(the, (txString)name), XS_DONT_ENUM_FLAG,
		XS_DONT_DELETE_FLAG | XS_DONT_ENUM_FLAG | XS_DONT_SET_FLAG);
	the->stack = global + 1;
}

static void run(txMachine *the, const struct bytecode *bytecode)
{
	mxTry(the)
	{
		fxBeginHost(the);
		define_global(the, "meter", meter);
		define_global(the, "heap", heap);
		modules_run_main(the, bytecode);
		fxEndHost(the);
	}
	mxCatch(the)
	{
		exception_exit(the);
	}
}

int bench_run(const char *path, size_t pool_bytes)
{
	size_t byte_length;
	struct bytecode bytecode;
	const uint8_t *bytes = file_read(path, &byte_length);
	const char *problem = bytecode_parse(&bytecode, bytes, (uint32_t)byte_length);
	if (problem) {
		fprintf(stderr, "%s: %s\n", path, problem);
		return EXIT_FAILED;
	}
	txMachine *machine = machine_create((struct machine_memory){
		.pool_bytes = pool_bytes, .image_names = bytecode.name_count});
	bytecode_link(machine, &bytecode);
	script_define_globals(machine, "bench", power_restart);
	run(machine, &bytecode);
	event_loop_run(machine, HAL_FOREVER);
	return EXIT_STOPPED;
}
