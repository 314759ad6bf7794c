/* The body of an image: the SDK's program (mc.so), packed by gzip. */
#ifndef UNPACK_H
#define UNPACK_H

#include "image.h"

/* A descriptor of the unpacked body. One that does not unpack is EXIT_FAULT, as wild code would be. */
int unpack_image(const struct image *image);

#endif
