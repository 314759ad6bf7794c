#include "modules.h"

#include "rom.h"
#include "xsAll.h"

#define MAIN_NAME "main"
/* Longer names are not found; the longest of ours is `embedded:io/socket/tcp/tls`. */
#define NAME_MAX_BYTES 64

static const struct bytecode *main_bytecode;

/* The module whose natives the engine is about to ask for. */
static const struct rom_module *loading;

static const struct rom_module *find_rom_module(const char *name)
{
	for (int i = 0; i < rom_module_count; i++)
		if (c_strcmp(rom_modules[i].name, name) == 0)
			return &rom_modules[i];
	return NULL;
}

txID fxFindModule(txMachine *the, txSlot *realm, txID importer, txSlot *specifier)
{
	char name[NAME_MAX_BYTES];
	(void)realm;
	fxToStringBuffer(the, specifier, name, sizeof name);
	const struct rom_module *module = find_rom_module(name);
	if (module)
		return fxNewNameX(the, (txString)module->name);
	if (importer == XS_NO_ID && c_strcmp(name, MAIN_NAME) == 0)
		return fxNewNameX(the, MAIN_NAME);
	return XS_NO_ID;
}

/* Leaves the array of the module's native functions on the stack, where fxRunScript expects it. */
static void push_natives(txMachine *the)
{
	fxBuildHosts(the, loading->native_count, (txHostFunctionBuilder *)loading->natives);
	mxPullSlot(mxResult);
}

void fxLoadModule(txMachine *the, txSlot *module, txID id)
{
	txScript script = {
		.version = {XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION, 0},
	};
	loading = find_rom_module(fxGetKeyName(the, id));
	if (loading) {
		script.codeBuffer = (txByte *)loading->code;
		script.codeSize = loading->code_bytes;
		script.callback = loading->native_count ? push_natives : NULL;
	} else {
		script.codeBuffer = (txByte *)main_bytecode->code;
		script.codeSize = (txSize)main_bytecode->code_bytes;
	}
	fxResolveModule(the, module, id, &script, C_NULL, C_NULL);
}

void modules_start_main(txMachine *the)
{
	mxPushUndefined();
	mxPushStringX(MAIN_NAME);
	fxAwaitImport(the, XS_IMPORT_DEFAULT);
	mxCall();
	mxRunCount(0);
	mxPop();
}

void modules_run_main(txMachine *the, const struct bytecode *bytecode)
{
	main_bytecode = bytecode;
	mxPushStringX(MAIN_NAME);
	fxAwaitImport(the, XS_IMPORT_NAMESPACE);
	mxPop();
}
