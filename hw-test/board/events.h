/* EVENT frames: what the rig is told, one JSON object each (docs/virtual-tracker.md, "EVENT"). */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap_use.h"

/* What is longer is cut. */
#define EVENT_MESSAGE_MAX_BYTES 200u

/* `swap`: none, test, permanent, revert or resumed; `running`: a version, or "" if nothing boots. */
void event_boot(const char *swap, const char *running, bool refused);
/* `engine`: its name and version; `slot_bytes`: of one slot. */
void event_start(const char *engine, size_t pool_bytes, uint32_t slot_bytes);
void event_heap(const struct heap_use *heap);
void event_exception(const char *message);

#endif
