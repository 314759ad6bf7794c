/*
 * The other bootloader: ESP-IDF's with rollback (CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE) and without a
 * factory partition (bootloader_utility.c, v5). It starts one of two partitions in place, and keeps its
 * notes in otadata. Where it differs: docs/esp32.md.
 */
#ifndef BOOT_OTA_H
#define BOOT_OTA_H

#include <stdbool.h>

#include "image.h"

/*
 * Chooses, writes its notes, and sends the `boot` event: `test` for an image that is started for the
 * first time, `revert` where one was not confirmed. False if no partition holds a sound image.
 */
bool boot_ota_run(struct image *image);

#endif
