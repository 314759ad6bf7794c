/* The two serial lines: the console, and the link to the rig. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>

/*
 * Leaves the link's line to another program: takes nothing in from now on. False, and it goes on, if
 * something received has not been read.
 */
bool uart_leave_link(void);

/* Waits until all is sent, and then until the rig sends no more, so that it reads to the end. */
void uart_finish(void);

#endif
