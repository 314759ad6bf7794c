#include "machine.h"

#include "exception.h"
#include "failure.h"
#include "hal.h"
#include "rom.h"
#include "xsAll.h"

#define TEXT_OF(X) #X
#define TEXT(X) TEXT_OF(X)
const char machine_engine[] =
	"XS " TEXT(XS_MAJOR_VERSION) "." TEXT(XS_MINOR_VERSION) "." TEXT(XS_PATCH_VERSION);

/* Slots of the JavaScript stack: a bundle keeps each of its top-level names there while it loads. */
#define STACK_SLOTS 1024

/* Of a machine whose bundle is loaded: an update goes 447 deep (docs/memory.md). */
#define CLONE_STACK_SLOTS 544

/* Slots that a turn of the event loop starts with, while that leaves so much of the pool. */
#define TURN_SLOTS 512
#define SLOTS_GROWN 64
#define ROOM_BYTES ((size_t)8 * 1024)

void fxGrowSlots(txMachine *the, txSize count); /* of xsMemory.c, which no header declares */

/* Names a script makes at run time, such as keys of parsed JSON. */
#define SPARE_NAMES 128
#define CLONE_SPARE_NAMES 32

#define NAME_MODULO 127
#define SYMBOL_MODULO 31

static struct {
	uint8_t *chunk_end;  /* chunks grow up to here */
	uint8_t *slot_start; /* slots grow down to here */
} pool;

uint32_t machine_rom_key_count(void)
{
	return XS_ID_COUNT + (uint32_t)rom_name_count;
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), end of string included. */
static uint32_t hash_name(uint32_t hash, const char *name)
{
	do
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	while (*name++);
	return hash;
}

uint32_t machine_rom_key_hash(void)
{
	uint32_t hash = 2166136261u;
	for (int i = 0; i < XS_ID_COUNT; i++)
		hash = hash_name(hash, gxIDStrings[i]);
	for (int i = 0; i < rom_name_count; i++)
		hash = hash_name(hash, rom_names[i]);
	return hash;
}

uint32_t machine_slot_bytes(void)
{
	return sizeof(txSlot);
}

/* Lays the pool out; exits if there is none of that size. */
static void make_pool(struct machine_memory memory)
{
	size_t pool_bytes = memory.pool_bytes / 16 * 16;
	size_t c_heap_bytes = memory.c_heap_bytes ? memory.c_heap_bytes / 16 * 16 : pool_bytes / 256 * 16;
	uint8_t *start = pool_bytes > c_heap_bytes ? hal_memory(pool_bytes) : NULL;
	if (!start)
		failure_exit(EXIT_OUT_OF_MEMORY, "no such pool");
	machine_use_region((struct machine_region){start, pool_bytes, c_heap_bytes});
}

void machine_use_region(struct machine_region region)
{
	uint8_t *start = region.start;
	c_heap_init(start, region.c_heap_bytes);
	pool.chunk_end = start + region.c_heap_bytes;
	pool.slot_start = start + region.byte_length / 16 * 16;
}

static txMachine *existing(txMachine *machine)
{
	if (!machine)
		failure_exit(EXIT_OUT_OF_MEMORY, "no memory for the machine");
	return machine;
}

txMachine *machine_create(struct machine_memory memory)
{
	txCreation creation = {
		.initialChunkSize = 4096,
		.incrementalChunkSize = 1024,
		.initialHeapCount = 1024,
		.incrementalHeapCount = 64,
		.stackCount = STACK_SLOTS,
		.initialKeyCount = XS_ID_COUNT + rom_name_count + (txSize)memory.image_names + SPARE_NAMES,
		.incrementalKeyCount = SPARE_NAMES,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
		.parserBufferSize = 64 * 1024,
		.parserTableModulo = 1993,
	};
	make_pool(memory);
	return existing(fxCreateMachine(&creation, "tracker", NULL, XS_NO_ID));
}

txMachine *machine_create_root(struct machine_region region, uint32_t image_names)
{
	txCreation creation = {
		.initialChunkSize = 4096,
		.incrementalChunkSize = 1024,
		.initialHeapCount = 1024,
		.incrementalHeapCount = 1024,
		.stackCount = STACK_SLOTS,
		.initialKeyCount = XS_ID_COUNT + rom_name_count + (txSize)image_names + 1,
		.incrementalKeyCount = SPARE_NAMES,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
	};
	machine_use_region(region);
	return existing(fxCreateMachine(&creation, "root", NULL, XS_NO_ID));
}

txMachine *machine_clone(txMachine *root, struct machine_region region)
{
	txCreation creation = {
		.initialChunkSize = 1024,
		.incrementalChunkSize = 1024,
		.initialHeapCount = 64,
		.incrementalHeapCount = 64,
		.stackCount = CLONE_STACK_SLOTS,
		.initialKeyCount = CLONE_SPARE_NAMES,
		.incrementalKeyCount = CLONE_SPARE_NAMES,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
	};
	machine_use_region(region);
	return existing(fxCloneMachine(&creation, root, "tracker", NULL));
}

/* Names of the built-ins and the ROM modules stay where they are, in constant memory. */
void fxBuildKeys(txMachine *the)
{
	for (int i = 0; i < XS_ID_COUNT; i++) {
		txString name = (txString)gxIDStrings[i];
		if (i < XS_SYMBOL_ID_COUNT) {
			txSlot *description = fxNewSlot(the);
			description->kind = XS_STRING_X_KIND;
			description->value.string = name;
			the->keyArray[the->keyIndex++] = description;
		} else
			fxNewNameX(the, name);
	}
	for (int i = 0; i < rom_name_count; i++)
		fxNewNameX(the, (txString)rom_names[i]);
	if ((uint32_t)the->keyIndex != machine_rom_key_count())
		failure_exit(EXIT_EXCEPTION, "the board's names are not distinct");
}

static bool pool_has(size_t byte_length)
{
	return (size_t)(pool.slot_start - pool.chunk_end) >= byte_length;
}

/*
 * XS asks for room for a whole new chunk (`size` covers it and a block head) and then moves the
 * block's limit up by `size`. Only what the block lacks is taken from the pool, and the limit is
 * moved down first so that it ends in the right place.
 */
void *fxAllocateChunks(txMachine *the, txSize size)
{
	txBlock *block = the->firstBlock;
	txSize lacking = size;
	if (block)
		lacking = size - (txSize)sizeof(txBlock) - (txSize)(block->limit - block->current);
	if (lacking < 0 || !pool_has((size_t)lacking))
		return NULL;
	void *result = pool.chunk_end;
	pool.chunk_end += lacking;
	if (block) {
		block->limit = (txByte *)pool.chunk_end - size;
		the->maximumChunksSize += lacking - size;
		result = block->limit;
	}
	return result;
}

/* Compacts the chunks and gives their unused end back to the pool. */
static void shrink_chunks(txMachine *the)
{
	txBlock *block = the->firstBlock;
	fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
	the->maximumChunksSize -= (txSize)(block->limit - block->current);
	block->limit = block->current;
	pool.chunk_end = (uint8_t *)block->current;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	size_t needed = (size_t)count * sizeof(txSlot);
	if (!pool_has(needed) && the->firstBlock)
		shrink_chunks(the);
	if (!pool_has(needed))
		return NULL;
	pool.slot_start -= needed;
	return (txSlot *)(void *)pool.slot_start;
}

/* The pool ends with the power cycle. */
void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the;
	(void)chunks;
}

void fxFreeSlots(txMachine *the, void *slots)
{
	(void)the;
	(void)slots;
}

void fxCreateMachinePlatform(txMachine *the)
{
	the->has_promise_jobs = false;
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

char *fxCStackLimit(void)
{
	return hal_stack_limit();
}

uint32_t modMilliseconds(void)
{
	return (uint32_t)hal_now_ms();
}

void fxQueuePromiseJobs(txMachine *the)
{
	the->has_promise_jobs = true;
}

static txSize free_slots(const txMachine *the)
{
	return the->maximumHeapCount - the->currentHeapCount;
}

void machine_ensure_slots(txMachine *the, uint32_t count)
{
	txSize lacking = (txSize)count - free_slots(the);
	if (lacking > 0)
		fxGrowSlots(the, lacking + 1); /* with a head */
}

/*
 * XS gives itself more slots only once a collection has freed none; until then it collects for the sake of a
 * few. So the next turn of the event loop finds some, where the pool has room for them.
 */
void machine_make_room(txMachine *the)
{
	size_t needed = SLOTS_GROWN * sizeof(txSlot) + ROOM_BYTES;
	if (free_slots(the) >= TURN_SLOTS / 2 || !pool_has(needed))
		return;
	fxCollect(the, XS_ORGANIC_FLAG);
	while (free_slots(the) < TURN_SLOTS && pool_has(needed))
		fxGrowSlots(the, SLOTS_GROWN);
}

void machine_run_jobs(txMachine *machine)
{
	while (machine->has_promise_jobs) {
		machine->has_promise_jobs = false;
		fxRunPromiseJobs(machine);
	}
	fxEndJob(machine);
	fxCheckUnhandledRejections(machine, true);
}

struct heap_use machine_measure(txMachine *machine)
{
	fxCollectGarbage(machine);
	return (struct heap_use){
		.chunk_bytes = (uint32_t)machine->currentChunksSize,
		.chunk_peak_bytes = (uint32_t)machine->peakChunksSize,
		.slot_bytes = (uint32_t)((size_t)machine->currentHeapCount * sizeof(txSlot)),
		.slot_peak_bytes = (uint32_t)((size_t)machine->peakHeapCount * sizeof(txSlot)),
		.c_bytes = (uint32_t)c_heap_used_bytes(),
		.c_peak_bytes = (uint32_t)c_heap_peak_bytes(),
	};
}

/* A failure that a script cannot catch resets the board. */
void fxAbort(txMachine *the, int status)
{
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
	case XS_NO_MORE_KEYS_EXIT:
		failure_exit(EXIT_OUT_OF_MEMORY, "out of memory");
	case XS_STACK_OVERFLOW_EXIT:
		failure_exit(EXIT_STACK_OVERFLOW, "stack overflow");
	case XS_UNHANDLED_EXCEPTION_EXIT:
	case XS_UNHANDLED_REJECTION_EXIT:
		exception_exit(the);
	default:
		failure_exit(EXIT_EXCEPTION, "engine check failed");
	}
}
