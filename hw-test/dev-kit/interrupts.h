/* What the vector table calls, besides the faults. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

void on_tick(void);
void on_watchdog(void);
void on_link_received(void);

#endif
