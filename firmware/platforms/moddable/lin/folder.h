/* Where the board's flash and values are: the folder that TRACKER_FOLDER names, else the current one. */
#ifndef TRACKER_FOLDER_H
#define TRACKER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACKER_PATH_BYTES 4096

/* `name` in the folder, and `key` in that unless it is NULL. False if it is too long. */
bool tracker_path(char path[TRACKER_PATH_BYTES], const char *name, const char *key);

/* All of it or nothing, at the descriptor's position; whether that succeeded. */
bool tracker_write_all(int file, const void *bytes, size_t byte_length);

#endif
