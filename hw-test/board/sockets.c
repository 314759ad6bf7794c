#include "sockets.h"

#include "bytes.h"
#include "link.h"

#include <stddef.h>
#include <string.h>

/* Credit goes back to the rig in portions of at least this, or when all has been read. */
#define CREDIT_PORTION_BYTES (SOCKET_RECEIVE_BYTES / 4)

struct socket {
	enum { FREE, OPENING, CONNECTED, FAILED } state;
	uint8_t channel;
	uint8_t events; /* enum socket_event bits that wait */
	uint32_t writable_bytes;
	uint32_t owed_credit; /* read, but not yet given back to the rig */
	uint32_t first;       /* of the received bytes, in the ring */
	uint32_t readable_bytes;
	void *owner;
	uint8_t received[SOCKET_RECEIVE_BYTES];
};

static struct socket sockets[SOCKET_COUNT];

/*
 * Channel numbers go round, so that a late frame for a closed socket cannot meet a new one: it names
 * a channel that is not open, and is dropped.
 */
static uint8_t next_channel;

static struct socket *find_channel(uint8_t channel)
{
	for (uint32_t i = 0; i < SOCKET_COUNT; i++)
		if (sockets[i].state != FREE && sockets[i].channel == channel)
			return &sockets[i];
	return NULL;
}

static struct socket *find_free(void)
{
	for (uint32_t i = 0; i < SOCKET_COUNT; i++)
		if (sockets[i].state == FREE)
			return &sockets[i];
	return NULL;
}

struct socket *socket_open(
	enum socket_security security, uint16_t port, const char *host, void *owner)
{
	uint8_t payload[3 + SOCKET_HOST_MAX_BYTES];
	size_t host_bytes = strlen(host);
	struct socket *socket = find_free();
	if (!socket || host_bytes > SOCKET_HOST_MAX_BYTES)
		return NULL;
	while (find_channel(next_channel))
		next_channel++;
	*socket = (struct socket){.state = OPENING, .channel = next_channel++, .owner = owner};
	if (!link_is_open()) { /* no rig, no network */
		socket->state = FAILED;
		socket->events = SOCKET_FAILED;
		return socket;
	}
	payload[0] = (uint8_t)security;
	put_u16(payload + 1, port);
	memcpy(payload + 3, host, host_bytes);
	link_send(LINK_OPEN, socket->channel, payload, 3 + (uint32_t)host_bytes);
	return socket;
}

void socket_close(struct socket *socket)
{
	if (socket->state == OPENING || socket->state == CONNECTED)
		link_send(LINK_CLOSE, socket->channel, NULL, 0);
	socket->state = FREE;
	socket->events = 0;
}

uint32_t socket_readable_bytes(const struct socket *socket)
{
	return socket->readable_bytes;
}

uint32_t socket_writable_bytes(const struct socket *socket)
{
	return socket->writable_bytes;
}

bool socket_is_connected(const struct socket *socket)
{
	return socket->state == CONNECTED;
}

static void return_credit(struct socket *socket, uint32_t byte_length)
{
	uint8_t payload[2];
	socket->owed_credit += byte_length;
	if (socket->state != CONNECTED || socket->owed_credit == 0)
		return;
	if (socket->owed_credit < CREDIT_PORTION_BYTES && socket->readable_bytes > 0)
		return;
	put_u16(payload, (uint16_t)socket->owed_credit);
	socket->owed_credit = 0;
	link_send(LINK_CREDIT_TO_BOARD, socket->channel, payload, sizeof payload);
}

void socket_read(struct socket *socket, uint8_t *into, uint32_t byte_length)
{
	uint32_t to_end = SOCKET_RECEIVE_BYTES - socket->first;
	uint32_t now = byte_length < to_end ? byte_length : to_end;
	memcpy(into, socket->received + socket->first, now);
	memcpy(into + now, socket->received, byte_length - now);
	socket->first = (socket->first + byte_length) % SOCKET_RECEIVE_BYTES;
	socket->readable_bytes -= byte_length;
	return_credit(socket, byte_length);
}

void socket_write(struct socket *socket, const uint8_t *bytes, uint32_t byte_length)
{
	socket->writable_bytes -= byte_length;
	while (byte_length > 0) {
		uint32_t now = byte_length < LINK_PAYLOAD_MAX_BYTES ? byte_length : LINK_PAYLOAD_MAX_BYTES;
		link_send(LINK_SEND, socket->channel, bytes, now);
		bytes += now;
		byte_length -= now;
	}
}

static bool take_event(struct socket *socket, enum socket_event event)
{
	if (!(socket->events & event))
		return false;
	if (event == SOCKET_FAILED && socket->readable_bytes > 0)
		return false;
	if (event == SOCKET_WRITABLE && socket->state != CONNECTED)
		return false;
	socket->events &= (uint8_t)~event;
	return true;
}

void *sockets_next_event(enum socket_event *event)
{
	static const enum socket_event order[] = {SOCKET_WRITABLE, SOCKET_READABLE, SOCKET_FAILED};
	static uint32_t next; /* so that a busy socket does not starve the others */
	for (uint32_t turn = 0; turn < SOCKET_COUNT; turn++) {
		struct socket *socket = &sockets[(next + turn) % SOCKET_COUNT];
		for (uint32_t i = 0; socket->state != FREE && i < 3; i++)
			if (take_event(socket, order[i])) {
				next = (next + turn + 1) % SOCKET_COUNT;
				*event = order[i];
				return socket->owner;
			}
	}
	return NULL;
}

static bool take_credit(struct socket *socket, const uint8_t *payload, uint32_t byte_length)
{
	if (byte_length != 2)
		return false;
	socket->writable_bytes += get_u16(payload);
	socket->events |= SOCKET_WRITABLE;
	return true;
}

static bool take_opened(struct socket *socket, const uint8_t *payload, uint32_t byte_length)
{
	if (socket->state != OPENING)
		return false;
	socket->state = CONNECTED;
	return take_credit(socket, payload, byte_length);
}

static bool take_data(struct socket *socket, const uint8_t *payload, uint32_t byte_length)
{
	uint32_t held = socket->readable_bytes + socket->owed_credit;
	if (socket->state != CONNECTED || byte_length > SOCKET_RECEIVE_BYTES - held)
		return false; /* more than was credited */
	for (uint32_t i = 0; i < byte_length; i++) {
		uint32_t at = (socket->first + socket->readable_bytes + i) % SOCKET_RECEIVE_BYTES;
		socket->received[at] = payload[i];
	}
	socket->readable_bytes += byte_length;
	if (byte_length > 0)
		socket->events |= SOCKET_READABLE;
	return true;
}

static bool take_error(struct socket *socket)
{
	socket->state = FAILED;
	socket->writable_bytes = 0;
	socket->events |= SOCKET_FAILED;
	return true;
}

bool sockets_take_frame(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length)
{
	struct socket *socket = find_channel(channel);
	bool is_ours = type >= LINK_OPENED && type <= LINK_CREDIT_TO_RIG;
	if (!is_ours || !socket || socket->state == FAILED)
		return is_ours; /* late, for a socket that is closed: dropped */
	switch (type) {
	case LINK_OPENED:
		return take_opened(socket, payload, byte_length);
	case LINK_DATA:
		return take_data(socket, payload, byte_length);
	case LINK_ERROR:
		return take_error(socket);
	default:
		return socket->state == CONNECTED && take_credit(socket, payload, byte_length);
	}
}
