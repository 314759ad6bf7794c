#include "text.h"

char *text_put(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	*at = 0;
	return at;
}

char *text_put_number(char *at, uint32_t number)
{
	uint32_t unit = 1;
	while (number / unit >= 10)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		*at++ = (char)('0' + number / unit % 10);
	*at = 0;
	return at;
}
