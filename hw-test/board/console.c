#include "console.h"

#include "hal.h"

#include <string.h>

void console_line(const char *prefix, const char *text)
{
	hal_console(prefix, strlen(prefix));
	hal_console(text, strlen(text));
	hal_console("\n", 1);
}
