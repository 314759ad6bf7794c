/*
 * Sockets offloaded to the rig, as an nRF91 offloads TCP and TLS to its modem. Plain C: mod_socket.c
 * shows them to scripts. Static cost: SOCKET_COUNT * (SOCKET_RECEIVE_BYTES + 100) bytes, 8.6 KB.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#define SOCKET_COUNT 4u
/* The initial credit towards the board, and so its receive buffer (docs/virtual-tracker.md). */
#define SOCKET_RECEIVE_BYTES 2048u
/* RFC 1035, section 2.3.4: a name is at most 255 octets. */
#define SOCKET_HOST_MAX_BYTES 255u

enum socket_security { SOCKET_TCP = 0, SOCKET_TLS_BROKER = 1, SOCKET_TLS_FILES = 2 };

/* What a script has to be told, as bits. */
enum socket_event {
	SOCKET_READABLE = 1,
	SOCKET_WRITABLE = 2,
	SOCKET_FAILED = 4,
};

struct socket;

/* NULL when all SOCKET_COUNT are taken. `owner` comes back with each event. */
struct socket *socket_open(
	enum socket_security security, uint16_t port, const char *host, void *owner);
void socket_close(struct socket *socket);

uint32_t socket_readable_bytes(const struct socket *socket);
uint32_t socket_writable_bytes(const struct socket *socket);
bool socket_is_connected(const struct socket *socket);

/* Takes `byte_length` bytes out, at most socket_readable_bytes(). */
void socket_read(struct socket *socket, uint8_t *into, uint32_t byte_length);
/* Sends; at most socket_writable_bytes(). */
void socket_write(struct socket *socket, const uint8_t *bytes, uint32_t byte_length);

/*
 * The next event that waits, of any socket: its owner, and which one. NULL when none waits.
 * A failure waits until everything received has been read, as on lwIP and on a modem.
 */
void *sockets_next_event(enum socket_event *event);

/* False if the frame is none of theirs or breaks the protocol. */
bool sockets_take_frame(
	uint8_t type, uint8_t channel, const uint8_t *payload, uint32_t byte_length);

#endif
