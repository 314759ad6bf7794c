#include "analog.h"

#include "bytes.h"

static uint16_t values[ANALOG_PIN_COUNT] = {ANALOG_FULL, ANALOG_FULL};

bool analog_take_input(const uint8_t *payload, uint32_t byte_length)
{
	if (byte_length != 3)
		return false;
	uint8_t pin = payload[0];
	uint16_t value = get_u16(payload + 1);
	if (pin < ANALOG_PIN_COUNT)
		values[pin] = value > ANALOG_FULL ? ANALOG_FULL : value;
	return true;
}

bool analog_has_pin(int32_t pin)
{
	return pin >= 0 && pin < (int32_t)ANALOG_PIN_COUNT;
}

uint16_t analog_get(uint8_t pin)
{
	return values[pin];
}
