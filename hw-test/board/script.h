/*
 * What the modules for scripts (mod_*.c) share, and what the event loop calls them by. A machine is
 * `void *` here, since XS's two headers name its type differently.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdint.h>

/* How System.restart() ends the power cycle. It does not return. */
typedef void script_restart_hook(void *machine);

/* Globals `trace` and `System`. `reset_cause` and `restart` are kept. */
void script_define_globals(void *machine, const char *reset_cause, script_restart_hook *restart);

/* Runs the timer's callback. */
void script_timer_due(void *machine, void *owner);

/* Tells a socket's script: enum socket_event. */
void script_socket_event(void *machine, void *owner, int event);

#endif
