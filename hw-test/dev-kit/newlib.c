/* What newlib asks of a system, as far as anything here makes it ask. */
#include "hal.h"
#include "probe.h"

#include <sys/time.h>

/* localtime() allocates one struct tm, for xsDate.c; nothing else allocates. */
#define ARENA_BYTES 256

void *_sbrk(int increment)
{
	static uint8_t arena[ARENA_BYTES] __attribute__((aligned(8)));
	static int used;
	if (increment < 0 || increment > ARENA_BYTES - used)
		return (void *)-1;
	used += increment;
	return arena + used - increment;
}

int _gettimeofday(struct timeval *time, void *zone)
{
	static uint32_t power_on_s;
	uint64_t now_ms = hal_now_ms();
	(void)zone;
	if (power_on_s == 0)
		power_on_s = probe_time_s() - (uint32_t)(now_ms / 1000);
	time->tv_sec = (time_t)(power_on_s + now_ms / 1000);
	time->tv_usec = (suseconds_t)(now_ms % 1000 * 1000);
	return 0;
}

/* abort(), for a state that should not be. */
int _kill(int process, int signal)
{
	(void)process;
	(void)signal;
	hal_exit(EXIT_FAULT);
}

int _getpid(void)
{
	return 1;
}

void _exit(int code)
{
	hal_exit((enum exit_code)code);
}
