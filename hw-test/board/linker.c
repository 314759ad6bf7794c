#include "linker.h"

#include "hal.h"
#include "stable_order.h"

extern void fxRemapIDs(txMachine *the, txByte *code, txSize code_bytes, txID *ids);

/* XS runs these forms from where they lie; the parser emits the forms that it copies. */
static txU1 in_place(txU1 code)
{
	switch (code) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
	default: return code;
	}
}

/* Bytes of the instruction at `at`: gxCodeSizes says how each is laid out. */
static txSize instruction_bytes(const txByte *at)
{
	txS1 size = gxCodeSizes[*(const txU1 *)at];
	txU2 length_2;
	txS4 length_4;
	switch (size) {
	case 0: return 1 + (txSize)sizeof(txID);
	case -1: return 2 + *(const txU1 *)(at + 1);
	case -2: c_memcpy(&length_2, at + 1, 2); return 3 + length_2;
	case -4: c_memcpy(&length_4, at + 1, 4); return 5 + length_4;
	default: return size;
	}
}

static void make_in_place(txByte *code, txSize code_bytes)
{
	txSize offset = 0;
	while (offset < code_bytes) {
		txSize size = instruction_bytes(code + offset);
		code[offset] = (txByte)in_place((txU1)code[offset]);
		offset += size;
	}
}

/* The names that the machine does not know, into `own`; they get their ids in a stable order. */
static void add_names(txMachine *the, txString at, txID count, struct linked_names *own)
{
	int first = own->count;
	own->names = c_realloc(own->names, (size_t)(own->count + count) * sizeof(char *));
	if (!own->names)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	for (txID i = 1; i < count; i++) {
		if (fxFindName(the, at) == XS_NO_ID)
			own->names[own->count++] = at;
		at += c_strlen(at) + 1;
	}
	if (!stable_order(own->names + first, own->count - first))
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	for (int i = first; i < own->count; i++)
		fxNewNameX(the, (txString)own->names[i]);
}

const txID *link_script(txMachine *the, txScript *script, struct linked_names *own)
{
	txByte *at = script->symbolsBuffer;
	txID count;
	mxDecodeID(at, count);
	txID *ids = c_malloc(count * sizeof(txID));
	if (!ids)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	add_names(the, (txString)at, count, own);
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxFindName(the, (txString)at);
		at += c_strlen((const char *)at) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	make_in_place(script->codeBuffer, script->codeSize);
	return ids;
}
