/* EVENT frames: what the rig is told, one JSON object each (docs/virtual-tracker.md, "EVENT"). */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"

/* `swap`: none, test, permanent, revert or resumed; `running`: a version, or "" if nothing boots. */
void event_boot(const char *swap, const char *running, bool refused);
void event_start(size_t pool_bytes);
void event_heap(const struct machine_heap *heap);
void event_exception(const char *message);

#endif
