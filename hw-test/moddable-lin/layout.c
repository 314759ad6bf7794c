/* The flash map of firmware/platforms/moddable/lin/manifest.json; sizes: ./Makefile. */
#include "layout.h"

const struct partition partition_primary = {"image-0", 0, SLOT_BYTES};
const struct partition partition_secondary = {"image-1", SLOT_BYTES, SLOT_BYTES};
