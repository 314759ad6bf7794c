/*
 * An ESP-IDF application image (esp_app_format.h, esp_app_desc.h; esp_image_format.c says what is
 * checked): header, segments, checksum, SHA-256. Here the first segment is the application descriptor
 * alone and the second one the body; on a chip they are what the linker has made of native code.
 */
#ifndef ESP_IMAGE_H
#define ESP_IMAGE_H

#include <stdbool.h>

#include "image.h"

/*
 * False if there is no image, or it is malformed, too large, for another chip, or checksum or SHA-256
 * is wrong; or it is none of those that run here.
 */
bool esp_image_validate(struct image *image, const struct partition *slot);

#endif
