/*
 * The debug probe, by semihosting ("Semihosting for AArch32 and AArch64", Arm): the options of a power
 * cycle and the time of day. A board on a desk has its options in flash, and an nRF91 asks its modem.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* The options, separated by spaces. False if they are longer than `capacity`, or there is no probe. */
bool probe_options(char *into, uint32_t capacity);

/* Seconds since 1970. */
uint32_t probe_time_s(void);

#endif
