/*
 * The key-value store: a file a key in a folder a path, in the board's folder. Called through mc/ffi, by
 * ./key-value.js, which keeps to names of files. Most answer with what went wrong, or "".
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* No key: they do not begin with a dot. */
#define UNFINISHED ".unfinished"

/* -1 if there is no such value. */
int32_t tracker_value_length(char *path, char *key)
{
	char name[TRACKER_PATH_BYTES];
	struct stat status;
	if (!tracker_path(name, path, key) || stat(name, &status) != 0)
		return -1;
	return status.st_size > INT32_MAX ? -1 : (int32_t)status.st_size;
}

const char *tracker_value_read(char *path, char *key, uint8_t *into, uint32_t byte_length)
{
	char name[TRACKER_PATH_BYTES];
	if (!tracker_path(name, path, key))
		return "the key is too long";
	int file = open(name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return "the value cannot be opened";
	ssize_t count = read(file, into, byte_length);
	close(file);
	return count == (ssize_t)byte_length ? "" : "the value cannot be read";
}

static bool write_file(const char *name, const uint8_t *bytes, uint32_t byte_length)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	bool is_written = tracker_write_all(file, bytes, byte_length) && fsync(file) == 0;
	return close(file) == 0 && is_written;
}

/* Atomic: the old value or the new one is read, whatever ends the program. */
const char *tracker_value_write(
	char *path, char *key, uint8_t *bytes, uint32_t start, uint32_t byte_length)
{
	char folder[TRACKER_PATH_BYTES], unfinished[TRACKER_PATH_BYTES], name[TRACKER_PATH_BYTES];
	if (!tracker_path(folder, path, NULL) || !tracker_path(unfinished, path, UNFINISHED) ||
		!tracker_path(name, path, key))
		return "the key is too long";
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return "the store's folder cannot be made";
	if (!write_file(unfinished, bytes + start, byte_length))
		return "the value cannot be written";
	return rename(unfinished, name) == 0 ? "" : "the value cannot be moved to its place";
}

/* One that is not there is deleted already. */
const char *tracker_value_delete(char *path, char *key)
{
	char name[TRACKER_PATH_BYTES];
	if (!tracker_path(name, path, key))
		return "the key is too long";
	return unlink(name) == 0 || errno == ENOENT ? "" : "the value cannot be deleted";
}
