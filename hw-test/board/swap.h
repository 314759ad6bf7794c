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

/* A swap has begun and is not complete: the primary's trailer says how far it is. */
bool swap_is_interrupted(const struct trailer *primary);

/* Starts a swap and completes it. Both trailers are as trailer_decide() saw them. */
void swap_start(enum swap_type type);

/* Completes an interrupted one. */
void swap_resume(void);

#endif
