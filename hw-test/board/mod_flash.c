/* `embedded:storage/flash` for scripts. */
#include "xsmc.h"

#include "flash.h"

#include <string.h>

struct script_flash {
	const struct partition *partition;
	xsBooleanValue read_only;
};

void script_flash_destructor(void *data)
{
	(void)data;
}

static struct script_flash *flash_of(xsMachine *the)
{
	return xsmcGetHostChunkValidate(xsThis, (void *)script_flash_destructor);
}

static const struct partition *writable_partition(xsMachine *the)
{
	const struct script_flash *flash = flash_of(the);
	if (flash->read_only)
		xsUnknownError("read-only");
	return flash->partition;
}

static void check(xsMachine *the, enum flash_result result)
{
	if (result != FLASH_OK)
		xsRangeError((char *)flash_result_text(result));
}

/* A byte offset or block number: never negative, never rounded. */
static uint32_t get_index(xsMachine *the, int argument)
{
	xsNumberValue value = xsmcArgc > argument ? xsmcToNumber(xsArg(argument)) : -1;
	if (!(value >= 0) || value > FLASH_BYTES || value != (xsNumberValue)(uint32_t)value)
		xsRangeError("invalid offset");
	return (uint32_t)value;
}

void script_flash_open(xsMachine *the)
{
	struct script_flash flash = {NULL, 0};
	char text[16];
	xsmcVars(1);
	xsmcGet(xsVar(0), xsArg(0), xsID("path"));
	flash.partition = partition_find(xsmcToStringBuffer(xsVar(0), text, sizeof text));
	if (!flash.partition)
		xsUnknownError("no such partition");
	xsmcGet(xsVar(0), xsArg(0), xsID("mode"));
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType) {
		xsmcToStringBuffer(xsVar(0), text, sizeof text);
		flash.read_only = strcmp(text, "r") == 0;
		if (!flash.read_only && strcmp(text, "r+") != 0)
			xsRangeError("invalid mode");
	}
	xsResult = xsNewHostInstance(xsArg(1));
	xsmcSetHostChunk(xsResult, &flash, sizeof flash);
}

void script_flash_close(xsMachine *the)
{
	xsmcSetHostData(xsThis, NULL); /* no chunk any more: later calls throw */
}

void script_flash_erase(xsMachine *the)
{
	const struct partition *partition = writable_partition(the);
	uint32_t start = get_index(the, 0);
	uint32_t end = start + 1;
	if (xsmcArgc > 1 && xsmcTypeOf(xsArg(1)) != xsUndefinedType)
		end = get_index(the, 1);
	if (end <= start || end > partition->byte_length / FLASH_PAGE_BYTES)
		xsRangeError("invalid block");
	for (uint32_t block = start; block < end; block++)
		check(the, flash_erase_page(partition, block * FLASH_PAGE_BYTES));
}

void script_flash_read(xsMachine *the)
{
	const struct partition *partition = flash_of(the)->partition;
	uint32_t offset = get_index(the, 1);
	int into_buffer = xsmcTypeOf(xsArg(0)) == xsReferenceType;
	xsUnsignedValue byte_length;
	void *into = NULL;
	if (into_buffer)
		xsmcGetBufferWritable(xsArg(0), &into, &byte_length);
	else
		byte_length = get_index(the, 0);
	const uint8_t *bytes = flash_view(partition, offset, byte_length);
	if (!bytes)
		check(the, FLASH_OUT_OF_RANGE);
	if (into_buffer) {
		memcpy(into, bytes, byte_length);
		xsmcSetInteger(xsResult, (xsIntegerValue)byte_length);
	} else
		xsmcSetArrayBuffer(xsResult, (void *)bytes, (xsIntegerValue)byte_length);
}

void script_flash_write(xsMachine *the)
{
	const struct partition *partition = writable_partition(the);
	uint32_t offset = get_index(the, 1);
	void *bytes;
	xsUnsignedValue byte_length;
	xsmcGetBufferReadable(xsArg(0), &bytes, &byte_length);
	check(the, flash_write(partition, offset, bytes, byte_length));
}

static void set_number(xsMachine *the, const char *name, uint32_t value)
{
	xsmcSetInteger(xsVar(0), (xsIntegerValue)value);
	xsmcSet(xsResult, xsID(name), xsVar(0));
}

void script_flash_status(xsMachine *the)
{
	const struct partition *partition = flash_of(the)->partition;
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	set_number(the, "size", partition->byte_length);
	set_number(the, "blockLength", FLASH_PAGE_BYTES);
	set_number(the, "blocks", partition->byte_length / FLASH_PAGE_BYTES);
	set_number(the, "writeAlign", FLASH_WRITE_BYTES);
	set_number(the, "eraseValue", FLASH_ERASED);
}

void script_flash_label(xsMachine *the)
{
	const struct partition *partition = partition_at(get_index(the, 0));
	if (partition)
		xsmcSetString(xsResult, (char *)partition->label);
}
