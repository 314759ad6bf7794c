/* Whole files, for the host subcommands. */
#ifndef FILES_H
#define FILES_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of a file with a NUL after them. Complains and exits if it cannot be read. */
uint8_t *file_read(const char *path, size_t *byte_length);

#endif
