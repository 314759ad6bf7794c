/*
 * The link to the rig: frames over a byte stream (docs/virtual-tracker.md, "The link"). It takes in
 * FLASH_GO and STOP itself; the other frames go to the handler it is opened with. Frames only
 * change state; scripts are called later, by the event loop, so frames may arrive while a flash
 * operation waits. Costs one frame of RAM each way: 4.1 KB.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_PAYLOAD_MAX_BYTES 2048u

enum link_type {
	LINK_OPEN = 0x01,
	LINK_SEND = 0x02,
	LINK_CLOSE = 0x03,
	LINK_CREDIT_TO_BOARD = 0x04,
	LINK_FLASH_OP = 0x10,
	LINK_EVENT = 0x11,
	LINK_OPENED = 0x81,
	LINK_DATA = 0x82,
	LINK_ERROR = 0x83,
	LINK_CREDIT_TO_RIG = 0x84,
	LINK_FLASH_GO = 0x90,
	LINK_INPUT = 0x91,
	LINK_STOP = 0x92,
};

enum flash_op { FLASH_OP_ERASE = 1, FLASH_OP_WRITE = 2 };

struct flash_verdict {
	enum { FLASH_PROCEED, FLASH_CUT_BEFORE, FLASH_CUT_INSIDE, FLASH_CUT_AFTER } kind;
	uint32_t bytes_done; /* FLASH_CUT_INSIDE: bytes of the operation that took place */
};

/* Takes a frame in. NULL, or what is wrong with it: the link is then given up. */
typedef const char *link_handler(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length);

/* False if there is no link. Without a call to it the board is alone: see link_is_open(). */
bool link_open(link_handler *handler);
bool link_is_open(void);

/* Sends a frame; at most LINK_PAYLOAD_MAX_BYTES. Dropped when the board is alone. */
void link_send(enum link_type type, uint8_t channel, const void *payload, uint32_t byte_length);

/* Announces a flash operation and waits for the verdict. Alone: FLASH_PROCEED. */
struct flash_verdict link_ask_flash(enum flash_op op, uint32_t address, uint32_t byte_length);

/* Takes in every frame that has arrived. Does not wait. */
void link_poll(void);

/* The same, and waits for the rest of a frame that has begun, so that another program can go on. */
void link_settle(void);

/* The rig has sent STOP. */
bool link_is_stopped(void);

#endif
