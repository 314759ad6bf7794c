/* The board's xs_platform.h, without the parser: 70 KB of ROM less (no_parser.c). */
#include "xs_platform.h"

#undef mxUseDefaultParseScript
#define mxUseDefaultParseScript 0
