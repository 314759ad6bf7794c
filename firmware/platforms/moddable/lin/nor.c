/*
 * NOR flash in the file flash.bin of the board's folder. Called through mc/ffi, by ./flash.js, which
 * keeps to the partitions. Each answers with what went wrong, or "".
 */
#include "folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERASED 0xFF

static uint8_t *flash;
static uint32_t flash_bytes;

static bool make_erased(int file, uint32_t byte_length)
{
	uint8_t erased[4096];
	memset(erased, ERASED, sizeof erased);
	for (uint32_t done = 0; done < byte_length; done += sizeof erased)
		if (!tracker_write_all(file, erased, sizeof erased))
			return false;
	return true;
}

static const char *open_file(const char *path, uint32_t byte_length)
{
	struct stat status;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0)
		return "flash.bin cannot be opened";
	const char *problem = "";
	if (fstat(file, &status) != 0 || (status.st_size == 0 && !make_erased(file, byte_length)))
		problem = "flash.bin cannot be made";
	else if (status.st_size != 0 && status.st_size != (off_t)byte_length)
		problem = "flash.bin has another size";
	else {
		void *map = mmap(NULL, byte_length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		if (map == MAP_FAILED)
			problem = "flash.bin cannot be mapped";
		else
			flash = map;
	}
	close(file);
	return problem;
}

/* Once; made, erased, if there is none. */
const char *tracker_flash_open(uint32_t byte_length)
{
	char path[TRACKER_PATH_BYTES];
	if (flash)
		return flash_bytes == byte_length ? "" : "flash.bin has another size";
	if (!tracker_path(path, "flash.bin", NULL))
		return "TRACKER_FOLDER is too long";
	flash_bytes = byte_length;
	return open_file(path, byte_length);
}

/* Into `into[start..]`. */
const char *tracker_flash_read(uint32_t address, uint8_t *into, uint32_t start, uint32_t byte_length)
{
	memcpy(into + start, flash + address, byte_length);
	return "";
}

/* Bits only go from 1 to 0; all is checked first. */
const char *tracker_flash_write(uint32_t address, uint8_t *bytes, uint32_t start, uint32_t byte_length)
{
	for (uint32_t i = 0; i < byte_length; i++)
		if ((flash[address + i] & bytes[start + i]) != bytes[start + i])
			return "not erased";
	memcpy(flash + address, bytes + start, byte_length);
	return "";
}

const char *tracker_flash_erase(uint32_t address, uint32_t byte_length)
{
	memset(flash + address, ERASED, byte_length);
	return "";
}
