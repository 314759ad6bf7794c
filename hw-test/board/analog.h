/* Analog inputs, set by the rig: pin 0 battery, pin 1 signal (docs/virtual-tracker.md, INPUT). */
#ifndef ANALOG_H
#define ANALOG_H

#include <stdbool.h>
#include <stdint.h>

/* Full scale: what the rig sends for the highest voltage, and every pin until it is set. */
#define ANALOG_FULL 1000u
#define ANALOG_PIN_COUNT 2u

/* The payload of an INPUT frame: sets the pin it names, if there is one. False if malformed. */
bool analog_take_input(const uint8_t *payload, uint32_t byte_length);
bool analog_has_pin(int32_t pin);
/* 0 to ANALOG_FULL. */
uint16_t analog_get(uint8_t pin);

#endif
