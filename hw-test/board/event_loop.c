#include "event_loop.h"

#include "hal.h"
#include "link.h"
#include "script.h"
#include "sockets.h"
#include "timers.h"

#include <stdbool.h>

/* One callback, if any waits. Sockets and timers take turns, so that neither starves the other. */
static bool dispatch_one(txMachine *machine)
{
	static bool timers_first;
	enum socket_event event;
	void *owner;
	timers_first = !timers_first;
	for (int turn = 0; turn < 2; turn++)
		if (timers_first == (turn == 0)) {
			if ((owner = timers_next_due(hal_now_ms()))) {
				script_timer_due(machine, owner);
				return true;
			}
		} else if ((owner = sockets_next_event(&event))) {
			script_socket_event(machine, owner, (int)event);
			return true;
		}
	return false;
}

/* How long there is nothing to do; the watchdog must be fed in time. */
static uint32_t idle_ms(uint32_t watchdog_ms)
{
	uint32_t wait_ms = timers_wait_ms(hal_now_ms());
	return wait_ms > watchdog_ms / 2 ? watchdog_ms / 2 : wait_ms;
}

static bool is_over(void)
{
	if (link_is_open())
		return link_is_stopped();
	return timers_wait_ms(hal_now_ms()) == HAL_FOREVER;
}

void event_loop_run(txMachine *machine, uint32_t watchdog_ms)
{
	machine_run_jobs(machine);
	for (;;) {
		hal_watchdog(watchdog_ms);
		machine_make_room(machine);
		link_poll();
		if (link_is_stopped())
			return;
		if (dispatch_one(machine))
			machine_run_jobs(machine);
		else if (is_over())
			return;
		else
			hal_wait(link_is_open(), idle_ms(watchdog_ms));
	}
}
