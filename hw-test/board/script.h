/*
 * What the modules for scripts (mod_*.c) share, and what the event loop calls them by. A machine is
 * `void *` here, since XS's two headers name its type differently.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdint.h>

/* Globals `trace` and `System`. `reset_cause` is kept. */
void script_define_globals(void *machine, const char *reset_cause);

/* Runs the timer's callback. */
void script_timer_due(void *machine, void *owner);

/* Tells a socket's script: enum socket_event. */
void script_socket_event(void *machine, void *owner, int event);

#endif
