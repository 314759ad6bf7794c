/* `embedded:storage/key-value` for scripts. */
#include "xsmc.h"

#include "kv.h"

#include <string.h>

static void get_name(xsMachine *the, char name[KV_NAME_MAX_BYTES + 1])
{
	xsmcToStringBuffer(xsArg(0), name, KV_NAME_MAX_BYTES + 1);
}

static void check(xsMachine *the, enum kv_result result)
{
	if (result != KV_OK)
		xsRangeError((char *)kv_result_text(result));
}

static enum kv_type get_type(xsMachine *the)
{
	return xsmcToBoolean(xsArg(1)) ? KV_STRING : KV_BUFFER;
}

void script_key_value_read(xsMachine *the)
{
	char name[KV_NAME_MAX_BYTES + 1];
	struct kv_value value;
	get_name(the, name);
	if (!kv_read(name, &value))
		return;
	if (value.type != get_type(the))
		xsTypeError("mismatch");
	if (value.type == KV_STRING)
		xsmcSetStringBuffer(xsResult, (char *)value.bytes, (xsIntegerValue)value.byte_length);
	else if (xsmcArgc > 2 && xsmcTypeOf(xsArg(2)) != xsUndefinedType) {
		void *into;
		xsUnsignedValue capacity;
		xsmcGetBufferWritable(xsArg(2), &into, &capacity);
		if (capacity < value.byte_length)
			xsRangeError("buffer too small");
		memcpy(into, value.bytes, value.byte_length);
		xsmcSetInteger(xsResult, (xsIntegerValue)value.byte_length);
	} else
		xsmcSetArrayBuffer(xsResult, (void *)value.bytes, (xsIntegerValue)value.byte_length);
}

void script_key_value_write(xsMachine *the)
{
	char name[KV_NAME_MAX_BYTES + 1];
	struct kv_value value = {.type = get_type(the)};
	void *bytes;
	xsUnsignedValue byte_length;
	get_name(the, name);
	if (value.type == KV_STRING) {
		bytes = xsmcToString(xsArg(2));
		byte_length = (xsUnsignedValue)strlen(bytes);
	} else
		xsmcGetBufferReadable(xsArg(2), &bytes, &byte_length);
	value.bytes = bytes;
	value.byte_length = byte_length;
	check(the, kv_write(name, &value));
}

void script_key_value_delete(xsMachine *the)
{
	char name[KV_NAME_MAX_BYTES + 1];
	get_name(the, name);
	check(the, kv_delete(name));
}
