/* The machine below the board, as a Linux process. */
#include "hal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LINK_DESCRIPTOR 3
/* Of the usual 8 MiB; XS and its parser check against it. */
#define STACK_BYTES (4u * 1024 * 1024)
#define LINK_LINGER_MS 2000
#define ROM_BYTES (sizeof(void *) == 4 ? 1024u * 1024 : 2048u * 1024)

static int flash_file = -1;
static const uint8_t *flash_map;
static uint32_t random_state;
static void *rom;

/*
 * The rig may be writing: were the link gone meanwhile, the rig's end would break, and with it go the
 * frames that the rig has not read yet. So the rig reads to our end first, and closes its own.
 */
static void link_linger(void)
{
	char ignored[512];
	struct pollfd wait = {.fd = LINK_DESCRIPTOR, .events = POLLIN};
	hal_watchdog(0);
	if (shutdown(LINK_DESCRIPTOR, SHUT_WR) != 0) /* no link, or one that is no socket */
		return;
	while (poll(&wait, 1, LINK_LINGER_MS) > 0) {
		ssize_t count = read(LINK_DESCRIPTOR, ignored, sizeof ignored);
		if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
			return;
	}
}

_Noreturn void hal_exit(enum exit_code code)
{
	link_linger();
	_exit(code);
}

uint64_t hal_now_ms(void)
{
	static uint64_t start_ms;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	if (start_ms == 0)
		start_ms = now_ms;
	return now_ms - start_ms;
}

void *hal_rom(size_t *byte_length)
{
	rom = mmap(NULL, ROM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*byte_length = ROM_BYTES;
	return rom == MAP_FAILED ? NULL : rom;
}

void hal_rom_lock(void)
{
	if (mprotect(rom, ROM_BYTES, PROT_READ) != 0)
		abort();
}

void hal_random_seed(uint32_t seed)
{
	random_state = seed ? seed : 1;
}

int hal_random(void)
{
	uint32_t value = 0;
	if (random_state) { /* xorshift32 (Marsaglia, "Xorshift RNGs", 2003) */
		random_state ^= random_state << 13;
		random_state ^= random_state >> 17;
		random_state ^= random_state << 5;
		value = random_state;
	} else if (getrandom(&value, sizeof value, 0) != sizeof value)
		abort();
	return (int)(value & 0x7FFFFFFF);
}

static bool write_all(int descriptor, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	while (length > 0) {
		ssize_t written = write(descriptor, at, length);
		if (written < 0 && errno == EAGAIN) {
			struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
			poll(&wait, 1, -1);
		} else if (written < 0 && errno != EINTR)
			return false;
		else if (written > 0) {
			at += written;
			length -= (size_t)written;
		}
	}
	return true;
}

void hal_console(const char *text, size_t length)
{
	write_all(STDOUT_FILENO, text, length); /* a console nobody listens to is no failure */
}

char *hal_stack_limit(void)
{
	static char *limit;
	char here;
	if (!limit)
		limit = (char *)((uintptr_t)&here - STACK_BYTES);
	return limit;
}

void *hal_memory(size_t byte_length)
{
	void *memory = mmap(NULL, byte_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static void on_watchdog(int signal_number)
{
	(void)signal_number;
	_exit(EXIT_WATCHDOG);
}

static uint32_t watchdog_ms;

void hal_watchdog_feed(void)
{
	if (watchdog_ms > 0)
		hal_watchdog(watchdog_ms);
}

void hal_watchdog(uint32_t timeout_ms)
{
	struct itimerval timer = {
		.it_value = {.tv_sec = (time_t)(timeout_ms / 1000),
			.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000}};
	watchdog_ms = timeout_ms;
	signal(SIGALRM, on_watchdog);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static bool fill_new_file(uint32_t byte_length)
{
	uint8_t erased[4096];
	memset(erased, 0xFF, sizeof erased);
	for (uint32_t done = 0; done < byte_length; done += sizeof erased)
		if (!write_all(flash_file, erased, sizeof erased))
			return false;
	return true;
}

bool hal_flash_open(const char *name, uint32_t byte_length, bool create)
{
	struct stat status;
	flash_file = open(name, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0644);
	if (flash_file < 0 || fstat(flash_file, &status) != 0)
		return false;
	if (status.st_size == 0 && create) {
		if (!fill_new_file(byte_length))
			return false;
	} else if (status.st_size != (off_t)byte_length)
		return false;
	void *map = mmap(NULL, byte_length, PROT_READ, MAP_SHARED, flash_file, 0);
	if (map == MAP_FAILED)
		return false;
	flash_map = map;
	return true;
}

const uint8_t *hal_flash(void)
{
	return flash_map;
}

void hal_flash_store(uint32_t address, const uint8_t *bytes, uint32_t byte_length)
{
	if (pwrite(flash_file, bytes, byte_length, (off_t)address) != (ssize_t)byte_length)
		abort();
}

void hal_flash_fill(uint32_t address, uint8_t value, uint32_t byte_length)
{
	uint8_t bytes[4096];
	memset(bytes, value, sizeof bytes);
	while (byte_length > 0) {
		uint32_t now = byte_length < sizeof bytes ? byte_length : (uint32_t)sizeof bytes;
		hal_flash_store(address, bytes, now);
		address += now;
		byte_length -= now;
	}
}

bool hal_link_open(void)
{
	int flags = fcntl(LINK_DESCRIPTOR, F_GETFL);
	signal(SIGPIPE, SIG_IGN); /* a write then fails with EPIPE */
	return flags >= 0 && fcntl(LINK_DESCRIPTOR, F_SETFL, flags | O_NONBLOCK) == 0;
}

int hal_link_read(uint8_t *into, size_t capacity)
{
	for (;;) {
		ssize_t count = read(LINK_DESCRIPTOR, into, capacity);
		if (count > 0)
			return (int)count;
		if (count == 0)
			return -1;
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return -1;
	}
}

bool hal_link_write(const uint8_t *bytes, size_t byte_length)
{
	return write_all(LINK_DESCRIPTOR, bytes, byte_length);
}

void hal_wait(bool link, uint32_t timeout_ms)
{
	struct pollfd wait = {.fd = LINK_DESCRIPTOR, .events = POLLIN};
	int timeout = timeout_ms > INT32_MAX ? -1 : (int)timeout_ms;
	poll(&wait, link ? 1 : 0, timeout);
}
