#include "files.h"

#include "hal.h"

#include <stdio.h>
#include <stdlib.h>

static _Noreturn void complain(const char *path)
{
	perror(path);
	exit(EXIT_FAILED);
}

uint8_t *file_read(const char *path, size_t *byte_length)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0)
		complain(path);
	long size = ftell(file);
	uint8_t *bytes = size >= 0 ? malloc((size_t)size + 1) : NULL;
	if (!bytes || fseek(file, 0, SEEK_SET) != 0)
		complain(path);
	if (fread(bytes, 1, (size_t)size, file) != (size_t)size)
		complain(path);
	fclose(file);
	bytes[size] = 0;
	*byte_length = (size_t)size;
	return bytes;
}
