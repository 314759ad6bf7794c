#include "analog.h"

static uint16_t values[ANALOG_PIN_COUNT] = {ANALOG_FULL, ANALOG_FULL};

void analog_set(uint8_t pin, uint16_t value)
{
	if (pin < ANALOG_PIN_COUNT)
		values[pin] = value > ANALOG_FULL ? ANALOG_FULL : value;
}

bool analog_has_pin(int32_t pin)
{
	return pin >= 0 && pin < (int32_t)ANALOG_PIN_COUNT;
}

uint16_t analog_get(uint8_t pin)
{
	return values[pin];
}
