/* The two serial lines: the console, and the link to the rig. */
#ifndef UART_H
#define UART_H

/* Waits until all is sent, and then until the rig sends no more, so that it reads to the end. */
void uart_finish(void);

#endif
