/*
 * What SDK 8.2.3 does not have for Linux. Called through mc/ffi (see ./manifest.json), so no header names
 * these functions. Exit codes: those of the virtual tracker's program (docs/virtual-tracker.md), which
 * the loader in hw-test/moddable-lin takes for resets.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define EXIT_RESTART 64
#define EXIT_WATCHDOG 67
#define MS_PER_SECOND 1000

static unsigned watchdog_seconds;

/* Ends the program; whoever started it starts it again. */
void tracker_restart(void)
{
	_exit(EXIT_RESTART);
}

/* Random bytes of the system's; 0, or a negative error. */
int32_t tracker_entropy(uint8_t *bytes, uint32_t byte_length)
{
	return getrandom(bytes, byte_length, 0) == (ssize_t)byte_length ? 0 : -1;
}

static void on_watchdog(int number)
{
	(void)number;
	_exit(EXIT_WATCHDOG);
}

/* From now on the program is ended whenever it is not fed for so long; 0, or a negative error. */
int32_t tracker_watchdog_start(uint32_t timeout_ms)
{
	watchdog_seconds = timeout_ms / MS_PER_SECOND;
	alarm(watchdog_seconds);
	return signal(SIGALRM, on_watchdog) == SIG_ERR ? -1 : 0;
}

void tracker_watchdog_feed(void)
{
	alarm(watchdog_seconds);
}

/* The first IPv4 address of a host, which is all the SDK's TCP connects to, or "". Blocks. */
char *tracker_resolve(char *host)
{
	char text[INET_ADDRSTRLEN] = "";
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (getaddrinfo(host, NULL, &hints, &found) == 0) {
		const struct sockaddr_in *address = (const struct sockaddr_in *)found->ai_addr;
		inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
		freeaddrinfo(found);
	}
	return strdup(text); /* which mc/ffi frees */
}
