/*
 * malloc for the engine's C code, out of a fixed region: names, number conversion, JSON and regular
 * expressions at work, and the parser (host subcommands). First fit, neighbours merged on free.
 */
#ifndef C_HEAP_H
#define C_HEAP_H

#include <stddef.h>

/* Gives it its region. Must come first. */
void c_heap_init(void *region, size_t byte_length);

/* NULL when no hole is large enough. */
void *c_heap_allocate(size_t byte_length);
void *c_heap_allocate_zeroed(size_t byte_length);
void *c_heap_reallocate(void *block, size_t byte_length);
void c_heap_free(void *block);

/* Bytes in use, now and at most, heads included. */
size_t c_heap_used_bytes(void);
size_t c_heap_peak_bytes(void);

#endif
