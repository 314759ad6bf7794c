#include "preload.h"

#include "c_heap.h"
#include "exception.h"
#include "failure.h"
#include "hal.h"
#include "modules.h"
#include "xsAll.h"

/* Of the ROM region: the root's stack, tables of names and modules. */
#define ROOT_C_HEAP_BYTES (96u * 1024)
/* Of the pool, besides the aliases: tables of names, the engine's own state, and as much for the modules. */
#define CLONE_C_HEAP_BYTES (sizeof(void *) == 4 ? 5u * 1024 : 10u * 1024)

static void load(txMachine *the, const struct bytecode *bytecode)
{
	mxTry(the)
	{
		fxBeginHost(the);
		modules_run_main(the, bytecode);
		fxEndHost(the);
	}
	mxCatch(the)
	{
		exception_exit(the);
	}
	machine_run_jobs(the);
}

typedef void visit(txSlot *slot);

static void each_slot(txMachine *the, visit *visit_one)
{
	for (txSlot *heap = the->firstHeap; heap; heap = heap->next)
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++)
			visit_one(slot);
}

/* A frozen object needs no alias: a place in RAM for the copy that a change would be made to. */
static void freeze(txSlot *instance)
{
	instance->flag |= XS_DONT_PATCH_FLAG;
	for (txSlot *property = instance->next; property; property = property->next)
		property->flag |=
			XS_DONT_DELETE_FLAG | (property->kind == XS_ACCESSOR_KIND ? 0 : XS_DONT_SET_FLAG);
}

/*
 * Nobody patches a function or a class, nor the methods of what is written in JavaScript. Built-in
 * prototypes stay as they are: `error.name = ...` fails where Error.prototype.name is read-only.
 */
static void freeze_function(txSlot *slot)
{
	if (slot->kind != XS_INSTANCE_KIND || !mxIsFunction(slot))
		return;
	freeze(slot);
	if (slot->next->kind == XS_CALLBACK_KIND)
		return;
	for (txSlot *property = slot->next; property; property = property->next)
		if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND)
			freeze(property->value.reference);
}

/* Nor does anybody give a function's name to another one: see fxShare on closures. */
static void freeze_name(txSlot *slot)
{
	if (slot->kind != XS_CLOSURE_KIND)
		return;
	txSlot *named = slot->value.closure;
	if (named->kind == XS_REFERENCE_KIND && mxIsFunction(named->value.reference))
		named->flag |= XS_DONT_SET_FLAG;
}

/* Memory that a regular expression works in: made anew, in RAM, where there is none (xsRegExp.c). */
static void drop_scratch(txSlot *slot)
{
	if (slot->kind == XS_REGEXP_KIND)
		slot->value.regexp.data = NULL;
}

/* Values that a script may hold are of the kinds that the collector leaves where they are. */
static void fix_value(txSlot *slot)
{
	if (slot->kind == XS_STRING_KIND)
		slot->kind = XS_STRING_X_KIND;
	else if (slot->kind == XS_BIGINT_KIND)
		slot->kind = XS_BIGINT_X_KIND;
	else if (slot->kind == XS_CODE_KIND)
		slot->kind = XS_CODE_X_KIND;
}

/* An array's items lie in a chunk. */
static void fix_items(txSlot *slot)
{
	if (slot->kind != XS_ARRAY_KIND || !slot->value.array.address)
		return;
	txSlot *items = slot->value.array.address;
	const txChunk *chunk = (const txChunk *)(const void *)((const txByte *)items - sizeof(txChunk));
	size_t count = ((size_t)chunk->size - sizeof(txChunk)) / sizeof(txSlot);
	for (size_t i = 0; i < count; i++)
		fix_value(items + i);
}

static bool is_environment(const txSlot *instance)
{
	const txSlot *internal = instance->next;
	return internal && (internal->flag & XS_INTERNAL_FLAG) && internal->ID == XS_ENVIRONMENT_BEHAVIOR;
}

/* A variable that closures share, if it can be given another value. */
static txSlot *changeable(const txSlot *slot)
{
	if (slot->kind != XS_CLOSURE_KIND || (slot->value.closure->flag & XS_DONT_SET_FLAG))
		return NULL;
	return slot->value.closure;
}

static void forget_alias(txSlot *slot)
{
	txSlot *variable = changeable(slot);
	if (variable)
		variable->ID = XS_NO_ID;
}

static txID alias_count;

static void number_alias(txSlot *slot)
{
	txSlot *variable = changeable(slot);
	if (slot->kind == XS_INSTANCE_KIND && slot->ID != XS_NO_ID)
		slot->ID = is_environment(slot) ? XS_NO_ID : alias_count++;
	else if (variable && variable->ID == XS_NO_ID)
		variable->ID = alias_count++;
}

/*
 * Anew, since fxShare() counts the environments of functions too. No script sees one, only the variables
 * that its slots lead to. And from 1: 0 says that there is no alias.
 */
static void number_aliases(txMachine *the)
{
	each_slot(the, forget_alias);
	alias_count = XS_NO_ID + 1;
	each_slot(the, number_alias);
	the->aliasCount = alias_count;
}

/*
 * fxShareMachine() makes a slot for each module, and one for their list, while nothing leads to the realm
 * that it goes through: in a full heap, a collection would take the realm away under it.
 */
static void make_room_for_modules(txMachine *the)
{
	const txSlot *realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
	uint32_t needed = 1;
	for (const txSlot *module = mxOwnModules(realm)->value.reference->next; module; module = module->next)
		needed++;
	machine_ensure_slots(the, needed);
}

static void share(txMachine *the)
{
	/* As mxLink has it: the root's global is an ordinary object, without the cache that look-ups fill. */
	txSlot *global = mxGlobal.value.reference;
	global->flag &= ~XS_EXOTIC_FLAG;
	global->next = global->next->next;
	each_slot(the, drop_scratch);
	each_slot(the, freeze_function);
	each_slot(the, freeze_name);
	make_room_for_modules(the);
	fxShareMachine(the); /* collects and compacts for the last time */
	number_aliases(the);
	each_slot(the, fix_value);
	each_slot(the, fix_items);
	/* Its counter is the root's; a clone makes its own. */
	if (gxDefaults.terminateSharedCluster)
		gxDefaults.terminateSharedCluster();
}

static txMachine *load_root(const struct bytecode *bytecode)
{
	size_t byte_length;
	void *start = hal_rom(&byte_length);
	if (!start)
		failure_exit(EXIT_OUT_OF_MEMORY, "no room for the read-only heap");
	struct machine_region region = {start, byte_length, ROOT_C_HEAP_BYTES};
	txMachine *root = machine_create_root(region, bytecode->name_count);
	bytecode_link(root, bytecode);
	if (bytecode->is_preloaded) {
		/* What is being loaded stays, nearly all of it: share() collects the rest, once. */
		fxEnableGarbageCollection(root, false);
		load(root, bytecode);
		fxEnableGarbageCollection(root, true);
	}
	share(root);
	hal_rom_lock();
	return root;
}

txMachine *preload_machine(const struct bytecode *bytecode, size_t pool_bytes)
{
	txMachine *root = load_root(bytecode);
	struct machine_region region = {
		.byte_length = pool_bytes / 16 * 16,
		.c_heap_bytes = CLONE_C_HEAP_BYTES + (size_t)root->aliasCount * sizeof(txSlot *) / 16 * 16,
	};
	if (region.byte_length > region.c_heap_bytes)
		region.start = hal_memory(region.byte_length);
	if (!region.start)
		failure_exit(EXIT_OUT_OF_MEMORY, "no such pool");
	return machine_clone(root, region);
}
