/* An analog input is a number in a file of the board's folder. Called through mc/ffi, by ./analog.js. */
#include "folder.h"

#include <stdio.h>

/* What the file analog-PIN says; -1 if there is none, or no number in it. */
int32_t tracker_analog_read(uint32_t pin)
{
	char name[32], path[TRACKER_PATH_BYTES];
	int value;
	snprintf(name, sizeof name, "analog-%u", (unsigned)pin);
	if (!tracker_path(path, name, NULL))
		return -1;
	FILE *file = fopen(path, "re");
	if (!file)
		return -1;
	int count = fscanf(file, "%d", &value);
	fclose(file);
	return count == 1 ? value : -1;
}
