#include "events.h"

#include "link.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define EVENT_MAX_BYTES 512

static void send(const char *json)
{
	link_send(LINK_EVENT, 0, json, (uint32_t)strlen(json));
}

void event_boot(const char *swap, const char *running, bool refused)
{
	char json[EVENT_MAX_BYTES];
	char *at = text_put(json, "{\"event\":\"boot\",\"swap\":\"");
	at = text_put(text_put(at, swap), "\",\"running\":\"");
	at = text_put(text_put(at, running), "\",\"refused\":");
	text_put(text_put(at, refused ? "true" : "false"), "}");
	send(json);
}

void event_start(const char *engine, size_t pool_bytes, uint32_t slot_bytes)
{
	char json[EVENT_MAX_BYTES];
	snprintf(json, sizeof json,
		"{\"event\":\"start\",\"engine\":\"%s\",\"bits\":%u,\"poolBytes\":%lu,\"slotBytes\":%lu}",
		engine, (unsigned)sizeof(void *) * 8, (unsigned long)pool_bytes, (unsigned long)slot_bytes);
	send(json);
}

void event_heap(const struct heap_use *heap)
{
	char json[EVENT_MAX_BYTES];
	snprintf(json, sizeof json,
		"{\"event\":\"heap\",\"chunkBytes\":%lu,\"chunkPeakBytes\":%lu,"
		"\"slotBytes\":%lu,\"slotPeakBytes\":%lu,\"cBytes\":%lu,\"cPeakBytes\":%lu}",
		(unsigned long)heap->chunk_bytes, (unsigned long)heap->chunk_peak_bytes,
		(unsigned long)heap->slot_bytes, (unsigned long)heap->slot_peak_bytes,
		(unsigned long)heap->c_bytes, (unsigned long)heap->c_peak_bytes);
	send(json);
}

/* RFC 8259, section 7: quotes, backslashes and control characters are escaped. */
static char *put_escaped(char *at, unsigned char character)
{
	if (character == '"' || character == '\\') {
		*at++ = '\\';
		*at++ = (char)character;
		return at;
	}
	if (character < 0x20) {
		at = text_put(at, "\\u00");
		*at++ = (char)('0' + (character >> 4));
		*at++ = "0123456789abcdef"[character & 15];
		return at;
	}
	*at++ = (char)character;
	return at;
}

void event_exception(const char *message)
{
	/* Each character becomes six at most. */
	char json[64 + 6 * EVENT_MESSAGE_MAX_BYTES];
	char *at = text_put(json, "{\"event\":\"exception\",\"message\":\"");
	for (size_t i = 0; message[i] && i < EVENT_MESSAGE_MAX_BYTES; i++)
		at = put_escaped(at, (unsigned char)message[i]);
	text_put(at, "\"}");
	send(json);
}
