/* The processor's faults: told on the console with cause and place, then a reset (EXIT_FAULT). */
#ifndef FAULT_H
#define FAULT_H

/* The handler of every fault. */
void fault_enter(void);

#endif
