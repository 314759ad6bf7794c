#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool tracker_path(char path[TRACKER_PATH_BYTES], const char *name, const char *key)
{
	const char *folder = getenv("TRACKER_FOLDER");
	int length = snprintf(path, TRACKER_PATH_BYTES, "%s/%s%s%s", folder ? folder : ".", name,
		key ? "/" : "", key ? key : "");
	return length > 0 && length < TRACKER_PATH_BYTES;
}

bool tracker_write_all(int file, const void *bytes, size_t byte_length)
{
	const uint8_t *at = bytes;
	while (byte_length > 0) {
		ssize_t written = write(file, at, byte_length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		byte_length -= (size_t)written;
	}
	return true;
}
