#include "compile.h"

#include "bytecode.h"
#include "bytes.h"
#include "files.h"
#include "linker.h"
#include "machine.h"
#include "module_scope.h"

/* A parse of 60 KB of source peaks at about 2 MB of the C heap; the names stay in the pool. */
static const struct machine_memory compile_memory = {
	.pool_bytes = 256u * 1024 * 1024, .c_heap_bytes = 192u * 1024 * 1024};

struct source {
	const char *at;
};

static int next_byte(void *stream)
{
	struct source *source = stream;
	return *source->at ? (unsigned char)*source->at++ : C_EOF;
}

static void report_error(
	void *console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	fprintf(stderr, "%s:%d: ", path ? path : "?", (int)line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

/* NULL after an error, which has been reported. No debug flag: neither files nor lines go in. */
static txScript *parse(txMachine *the, const char *path, unsigned flags)
{
	txParser parser;
	txParserJump jump;
	size_t byte_length;
	uint8_t *text = file_read(path, &byte_length);
	struct source source = {(const char *)text};
	txScript *volatile script = NULL;
	fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
	parser.firstJump = &jump;
	parser.reportError = report_error;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser.path = fxNewParserSymbol(&parser, (txString)path);
		fxParserTree(&parser, &source, next_byte, flags, NULL);
		fxParserHoist(&parser);
		fxParserBind(&parser);
		if (parser.errorCount == 0 && !module_scope_stabilize(&parser))
			fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
		script = fxParserCode(&parser);
	}
	bool failed = parser.errorCount > 0;
	fxTerminateParser(&parser);
	free(text);
	return failed ? NULL : script;
}

static int finish(FILE *file, const char *path)
{
	bool failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed) {
		perror(path);
		return EXIT_FAILED;
	}
	return 0;
}

static int write_image(const char *path, const txScript *script, const struct linked_names *own, bool is_preloaded)
{
	uint8_t head[BYTECODE_HEAD_BYTES];
	struct bytecode bytecode = {
		.is_preloaded = is_preloaded,
		.name_count = (uint32_t)own->count, .code_bytes = (uint32_t)script->codeSize};
	for (int i = 0; i < own->count; i++)
		bytecode.name_bytes += (uint32_t)c_strlen(own->names[i]) + 1;
	bytecode_put_head(head, &bytecode);
	FILE *file = fopen(path, "wb");
	if (!file) {
		perror(path);
		return EXIT_FAILED;
	}
	fwrite(head, 1, sizeof head, file);
	for (int i = 0; i < own->count; i++)
		fwrite(own->names[i], 1, c_strlen(own->names[i]) + 1, file);
	fwrite(script->codeBuffer, 1, (size_t)script->codeSize, file);
	return finish(file, path);
}

int compile_image(const char *source_path, const char *output_path, bool is_preloaded)
{
	struct linked_names own = {0};
	txMachine *machine = machine_create(compile_memory);
	txScript *script = parse(machine, source_path, 0);
	if (!script)
		return EXIT_FAILED;
	link_script(machine, script, &own);
	return write_image(output_path, script, &own, is_preloaded);
}

static void write_bytes(FILE *file, const txByte *bytes, txSize byte_length)
{
	for (txSize i = 0; i < byte_length; i++)
		fprintf(file, "%s%u,", i % 24 ? "" : "\n\t", (unsigned)(txU1)bytes[i]);
}

/* The parser lists natives as: parameter count (-1: a destructor), name id, C function. */
static int write_natives(FILE *file, const txScript *script, const txID *ids, int index)
{
	txByte *at = script->hostsBuffer;
	txID count = 0;
	if (!at)
		return 0;
	mxDecodeID(at, count);
	txByte *const first = at;
	for (txID i = 0; i < count; i++) {
		at += 1 + sizeof(txID);
		fprintf(file, "extern void %s();\n", (const char *)at);
		at += c_strlen((const char *)at) + 1;
	}
	fprintf(file, "static const txHostFunctionBuilder natives_%d[] = {\n", index);
	at = first;
	for (txID i = 0; i < count; i++) {
		txID id;
		int parameters = *(txS1 *)at++;
		mxDecodeID(at, id);
		fprintf(file, "\t{(txCallback)%s, %d, %d},\n", (const char *)at, parameters, (int)ids[id]);
		at += c_strlen((const char *)at) + 1;
	}
	fprintf(file, "};\n");
	return count;
}

static void write_names(FILE *file, const struct linked_names *own)
{
	fprintf(file, "const char *const rom_names[] = {\n");
	for (int i = 0; i < own->count; i++)
		fprintf(file, "\t\"%s\",\n", own->names[i]);
	fprintf(file, "\tNULL,\n};\nconst int rom_name_count = %d;\n", own->count);
}

/* One module: its code and natives at once, its row of the module table into `table`. */
static bool write_module(
	FILE *file, FILE *table, txMachine *machine, char *argument, int index, struct linked_names *own)
{
	char *path = c_strrchr(argument, '=');
	if (!path)
		return false;
	*path++ = 0;
	txScript *script = parse(machine, path, mxCFlag);
	if (!script)
		return false;
	const txID *ids = link_script(machine, script, own);
	int natives = write_natives(file, script, ids, index);
	fprintf(file, "static const uint8_t code_%d[] = {", index);
	write_bytes(file, script->codeBuffer, script->codeSize);
	fprintf(file, "\n};\n");
	fprintf(table, "\t{\"%s\", code_%d, %d, ", argument, index, (int)script->codeSize);
	if (natives > 0)
		fprintf(table, "natives_%d, %d},\n", index, natives);
	else
		fprintf(table, "NULL, 0},\n");
	return true;
}

int compile_rom(const char *output_path, int module_count, char **modules)
{
	struct linked_names own = {0};
	char *table_text = NULL;
	size_t table_bytes = 0;
	FILE *file = fopen(output_path, "w");
	FILE *table = open_memstream(&table_text, &table_bytes);
	if (!file || !table) {
		perror(output_path);
		return EXIT_FAILED;
	}
	txMachine *machine = machine_create(compile_memory);
	fprintf(file, "/* Written by `tracker-board rom`. */\n#include \"rom.h\"\n");
	for (int i = 0; i < module_count; i++)
		if (!write_module(file, table, machine, modules[i], i, &own))
			return EXIT_FAILED;
	fclose(table);
	fprintf(file, "const struct rom_module rom_modules[] = {\n%s};\n", table_text);
	fprintf(file, "const int rom_module_count = %d;\n", module_count);
	free(table_text);
	write_names(file, &own);
	return finish(file, output_path);
}
