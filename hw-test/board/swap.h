/*
 * MCUboot's swap-using-move (mcuboot docs/design.md, "Swap using move"; boot/bootutil/src/swap_move.c).
 *
 * Sectors are counted from 1 to `last`, what the larger image takes. First the primary image is moved
 * up by one sector, last sector first; then, sector by sector, the secondary's goes to the primary and
 * the moved one to the secondary. Each step is marked in the primary's trailer when it is done, so a
 * swap that was cut short goes on with the step it was in. All steps can be repeated: none destroys
 * what it reads.
 */
#ifndef SWAP_H
#define SWAP_H

#include <stdbool.h>

#include "trailer.h"

/* A swap has its trailer in the primary, and no request stands (swap_status_source). */
bool swap_is_open(void);

enum swap_result {
	SWAP_DONE,
	SWAP_NOT_DONE, /* a header is not where the steps have left it: nothing was touched */
	SWAP_HALTED /* MCUboot's assertion fails: nothing is started */
};

/*
 * Starts a swap, which is not SWAP_NONE, and completes it; the secondary's image is sound.
 * `is_open`: its trailer is in the primary already.
 */
enum swap_result swap_start(enum swap_type type, bool is_open);

/* Completes one of which `done` steps, one at least, are marked. */
enum swap_result swap_resume(uint32_t done);

/* Those that swap the images. */
bool swap_is_swap(enum swap_type type);

#endif
