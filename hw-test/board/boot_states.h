/* `tracker-board boots`: many flashes booted in one process, for comparison with another bootloader. */
#ifndef BOOT_STATES_H
#define BOOT_STATES_H

/*
 * The file: u32 count of pieces, each u32 length and bytes; then states until the end, each u32 count
 * of placings, each u32 address and u32 index of the piece that the erased flash has there.
 * A line a state: what the boot did, the version it would start or "-", SHA-256 of what is not erased.
 */
int boot_states_run(const char *path);

#endif
