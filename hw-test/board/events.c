#include "events.h"

#include "link.h"

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
	snprintf(json, sizeof json, "{\"event\":\"boot\",\"swap\":\"%s\",\"running\":\"%s\",\"refused\":%s}",
		swap, running, refused ? "true" : "false");
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
	if (character < 0x20)
		return at + sprintf(at, "\\u%04x", character);
	*at++ = (char)character;
	return at;
}

void event_exception(const char *message)
{
	/* Each character becomes six at most. */
	char json[64 + 6 * EVENT_MESSAGE_MAX_BYTES];
	char *at = json + sprintf(json, "{\"event\":\"exception\",\"message\":\"");
	for (size_t i = 0; message[i] && i < EVENT_MESSAGE_MAX_BYTES; i++)
		at = put_escaped(at, (unsigned char)message[i]);
	strcpy(at, "\"}");
	send(json);
}
