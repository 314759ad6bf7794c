/* What an XS machine holds of its pool, in bytes: now and at most. */
#ifndef HEAP_USE_H
#define HEAP_USE_H

#include <stdint.h>

struct heap_use {
	uint32_t chunk_bytes, chunk_peak_bytes;
	uint32_t slot_bytes, slot_peak_bytes;
	uint32_t c_bytes, c_peak_bytes;
};

#endif
