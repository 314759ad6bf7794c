/* Where scripts are called from: frames of the link, socket events, timers, promise jobs. */
#ifndef EVENT_LOOP_H
#define EVENT_LOOP_H

#include <stdint.h>

#include "machine.h"

/* Turns until the rig says STOP or, without a rig, until there is nothing to wait for. */
void event_loop_run(txMachine *machine, uint32_t watchdog_ms);

#endif
