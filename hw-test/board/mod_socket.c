/* `embedded:io/socket/tcp` and `embedded:io/socket/tcp/tls` for scripts. */
#include "xsmc.h"

#include "script.h"
#include "sockets.h"

#include <string.h>

enum { ON_READABLE, ON_WRITABLE, ON_ERROR, CALLBACK_COUNT };

struct script_socket {
	struct socket *socket; /* NULL: this record is free */
	xsSlot self;           /* kept alive until closed */
	xsSlot callbacks[CALLBACK_COUNT];
};

static struct script_socket records[SOCKET_COUNT];

static void mark(xsMachine *the, void *data, xsMarkRoot mark_root)
{
	struct script_socket *record = data;
	for (int i = 0; record && i < CALLBACK_COUNT; i++)
		(*mark_root)(the, &record->callbacks[i]);
}

static const xsHostHooks hooks = {NULL, mark, NULL};

/* For instances whose constructor threw; the hooks replace it. */
void script_socket_destructor(void *data)
{
	(void)data;
}

static struct script_socket *free_record(xsMachine *the)
{
	for (unsigned i = 0; i < SOCKET_COUNT; i++)
		if (!records[i].socket)
			return &records[i];
	xsRangeError("out of sockets");
	return NULL;
}

static uint16_t get_port(xsMachine *the)
{
	xsmcGet(xsVar(0), xsArg(0), xsID("port"));
	xsIntegerValue port = xsmcToInteger(xsVar(0));
	if (port < 1 || port > 65535)
		xsRangeError("invalid port");
	return (uint16_t)port;
}

static void get_host(xsMachine *the, char host[SOCKET_HOST_MAX_BYTES + 1])
{
	xsmcGet(xsVar(0), xsArg(0), xsID("host"));
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		xsmcGet(xsVar(0), xsArg(0), xsID("address"));
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		xsTypeError("host required");
	xsmcToStringBuffer(xsVar(0), host, SOCKET_HOST_MAX_BYTES + 1);
}

static void get_callbacks(xsMachine *the, struct script_socket *record)
{
	static const char *const names[CALLBACK_COUNT] = {"onReadable", "onWritable", "onError"};
	for (int i = 0; i < CALLBACK_COUNT; i++) {
		xsmcGet(xsVar(0), xsArg(0), xsID(names[i]));
		if (xsmcTypeOf(xsVar(0)) != xsUndefinedType && !xsmcIsCallable(xsVar(0)))
			xsTypeError("callback is no function");
		record->callbacks[i] = xsVar(0);
	}
}

static void open_socket(xsMachine *the, enum socket_security security)
{
	char host[SOCKET_HOST_MAX_BYTES + 1];
	struct script_socket *record = free_record(the);
	uint16_t port = get_port(the);
	get_host(the, host);
	get_callbacks(the, record);
	record->socket = socket_open(security, port, host, record);
	if (!record->socket)
		xsRangeError("out of sockets");
	record->self = xsThis;
	xsmcSetHostData(xsThis, record);
	xsSetHostHooks(xsThis, &hooks);
	xsRemember(record->self);
}

void script_socket_tcp(xsMachine *the)
{
	xsmcVars(1);
	open_socket(the, SOCKET_TCP);
}

void script_socket_tls(xsMachine *the)
{
	xsmcVars(1);
	xsmcGet(xsVar(0), xsArg(0), xsID("secure"));
	if (xsmcTypeOf(xsVar(0)) != xsReferenceType)
		xsTypeError("secure required");
	xsmcGet(xsVar(0), xsVar(0), xsID("securityTag"));
	const char *tag = xsmcToString(xsVar(0));
	if (strcmp(tag, "broker") == 0)
		open_socket(the, SOCKET_TLS_BROKER);
	else if (strcmp(tag, "files") == 0)
		open_socket(the, SOCKET_TLS_FILES);
	else
		xsRangeError("no such securityTag");
}

static struct script_socket *record_of(xsMachine *the)
{
	struct script_socket *record = xsmcGetHostDataValidate(xsThis, (void *)&hooks);
	if (!record)
		xsUnknownError("closed");
	return record;
}

void script_socket_close(xsMachine *the)
{
	struct script_socket *record = xsmcGetHostDataValidate(xsThis, (void *)&hooks);
	if (!record)
		return;
	socket_close(record->socket);
	record->socket = NULL;
	xsForget(record->self);
	xsmcSetHostData(xsThis, NULL);
}

/*
 * With a buffer: fills it and returns how many bytes that were. With a number: that many, in a new
 * ArrayBuffer. With neither: all there are. Nothing to read: undefined.
 */
static void read_socket(xsMachine *the, int may_be_short)
{
	struct script_socket *record = record_of(the);
	uint32_t available = socket_readable_bytes(record->socket);
	xsUnsignedValue byte_length = available;
	int into_buffer = xsmcArgc > 0 && xsmcTypeOf(xsArg(0)) == xsReferenceType;
	void *bytes;
	if (available == 0)
		return;
	if (into_buffer)
		xsmcGetBufferWritable(xsArg(0), &bytes, &byte_length);
	else if (xsmcArgc > 0 && xsmcTypeOf(xsArg(0)) != xsUndefinedType)
		byte_length = (xsUnsignedValue)xsmcToInteger(xsArg(0));
	if (into_buffer && may_be_short && byte_length > available)
		byte_length = available;
	if (byte_length == 0 || byte_length > available)
		xsUnknownError("invalid");
	if (into_buffer)
		xsmcSetInteger(xsResult, (xsIntegerValue)byte_length);
	else
		bytes = xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)byte_length);
	socket_read(record->socket, bytes, byte_length);
}

/* TCP asks for no more than there is; modules/io/socket/lwip/tcp.c of the SDK throws as well. */
void script_socket_read_exactly(xsMachine *the)
{
	read_socket(the, 0);
}

/* TLSSocket fills as much of a buffer as it can. */
void script_socket_read(xsMachine *the)
{
	read_socket(the, 1);
}

void script_socket_write(xsMachine *the)
{
	struct script_socket *record = record_of(the);
	void *bytes;
	xsUnsignedValue byte_length;
	xsmcGetBufferReadable(xsArg(0), &bytes, &byte_length);
	if (!socket_is_connected(record->socket))
		xsUnknownError("not connected");
	if (byte_length > socket_writable_bytes(record->socket))
		xsUnknownError("would block");
	socket_write(record->socket, bytes, byte_length);
	xsmcSetInteger(xsResult, (xsIntegerValue)socket_writable_bytes(record->socket));
}

static void call_with_count(xsMachine *the, xsSlot *callback, xsSlot *self, uint32_t count)
{
	if (xsmcTypeOf(*callback) == xsUndefinedType)
		return;
	xsmcSetInteger(xsResult, (xsIntegerValue)count);
	xsCallFunction1(*callback, xsAccess(*self), xsResult);
}

void script_socket_event(void *machine, void *owner, int event)
{
	struct script_socket *record = owner;
	struct socket *socket = record->socket;
	xsBeginHost((xsMachine *)machine);
	if (event == SOCKET_WRITABLE)
		call_with_count(the, &record->callbacks[ON_WRITABLE], &record->self,
			socket_writable_bytes(socket));
	else if (event == SOCKET_READABLE)
		call_with_count(the, &record->callbacks[ON_READABLE], &record->self,
			socket_readable_bytes(socket));
	else if (xsmcTypeOf(record->callbacks[ON_ERROR]) != xsUndefinedType)
		xsCallFunction0(record->callbacks[ON_ERROR], xsAccess(record->self));
	xsEndHost((xsMachine *)machine);
}
