/* Text without printf(), which is larger than the bootloader. */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

/* Each writes at `at`, a NUL behind it, and returns where that stands. */
char *text_put(char *at, const char *text);
/* In decimal: ten digits at most. */
char *text_put_number(char *at, uint32_t number);

#endif
