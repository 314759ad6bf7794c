#include "link.h"

#include "bytes.h"
#include "console.h"
#include "hal.h"

#include <string.h>

#define HEAD_BYTES 4u

static link_handler *handler;
static bool is_open;
static bool is_stopped;
static bool has_verdict;
static struct flash_verdict verdict;

/* The frame being received, and how much of it is there. */
static uint8_t incoming[HEAD_BYTES + LINK_PAYLOAD_MAX_BYTES];
static uint32_t incoming_bytes;

bool link_open(link_handler *frame_handler)
{
	handler = frame_handler;
	is_open = hal_link_open();
	return is_open;
}

bool link_is_open(void)
{
	return is_open;
}

bool link_is_stopped(void)
{
	return is_stopped;
}

static _Noreturn void lost(const char *why)
{
	console_line("link: ", why);
	hal_exit(EXIT_LINK_LOST);
}

void link_send(enum link_type type, uint8_t channel, const void *payload, uint32_t byte_length)
{
	uint8_t frame[HEAD_BYTES + LINK_PAYLOAD_MAX_BYTES];
	if (!is_open)
		return;
	if (byte_length > LINK_PAYLOAD_MAX_BYTES)
		lost("frame too long to send");
	frame[0] = (uint8_t)type;
	frame[1] = channel;
	put_u16(frame + 2, (uint16_t)byte_length);
	if (byte_length > 0)
		memcpy(frame + HEAD_BYTES, payload, byte_length);
	if (!hal_link_write(frame, HEAD_BYTES + byte_length))
		lost("closed by the rig");
}

static void take_verdict(const uint8_t *payload, uint32_t byte_length)
{
	if (byte_length != 5 || payload[0] > FLASH_CUT_AFTER)
		lost("malformed FLASH_GO");
	verdict.kind = payload[0];
	verdict.bytes_done = get_u32(payload + 1);
	has_verdict = true;
}

static void hand_on(uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length)
{
	const char *problem = handler(type, channel, payload, byte_length);
	if (problem)
		lost(problem);
}

static void take_frame(uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length)
{
	switch (type) {
	case LINK_FLASH_GO:
		take_verdict(payload, byte_length);
		break;
	case LINK_STOP:
		is_stopped = true;
		break;
	default:
		hand_on(type, channel, payload, byte_length);
	}
}

/* Bytes still missing of the incoming frame. */
static uint32_t missing_bytes(void)
{
	if (incoming_bytes < HEAD_BYTES)
		return HEAD_BYTES - incoming_bytes;
	uint32_t payload_bytes = get_u16(incoming + 2);
	if (payload_bytes > LINK_PAYLOAD_MAX_BYTES)
		lost("frame too long");
	return HEAD_BYTES + payload_bytes - incoming_bytes;
}

void link_poll(void)
{
	while (is_open) {
		uint32_t missing = missing_bytes();
		if (missing > 0) {
			int count = hal_link_read(incoming + incoming_bytes, missing);
			if (count < 0)
				lost("closed by the rig");
			if (count == 0)
				return;
			incoming_bytes += (uint32_t)count;
		} else {
			incoming_bytes = 0;
			take_frame(incoming[0], incoming[1], incoming + HEAD_BYTES, get_u16(incoming + 2));
		}
	}
}

void link_settle(void)
{
	link_poll();
	while (is_open && incoming_bytes > 0) {
		hal_wait(true, HAL_FOREVER);
		link_poll();
	}
}

struct flash_verdict link_ask_flash(enum flash_op op, uint32_t address, uint32_t byte_length)
{
	uint8_t payload[9];
	if (!is_open)
		return (struct flash_verdict){.kind = FLASH_PROCEED};
	payload[0] = (uint8_t)op;
	put_u32(payload + 1, address);
	put_u32(payload + 5, byte_length);
	has_verdict = false;
	link_send(LINK_FLASH_OP, 0, payload, sizeof payload);
	for (;;) {
		link_poll();
		if (has_verdict)
			return verdict;
		hal_wait(true, HAL_FOREVER);
	}
}
