/*
 * The bootloader: MCUboot's swap-using-move with its decisions taken from the trailers, and an
 * unsigned image checked by its SHA-256 (mcuboot docs/design.md, boot/bootutil).
 */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>

#include "image.h"

/* Swaps if asked to, and sends the `boot` event. False if the primary slot holds no sound image. */
bool boot_run(struct image *image);

#endif
