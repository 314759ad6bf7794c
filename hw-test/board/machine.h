/*
 * The XS machine in one fixed pool: the engine's C heap first, then chunks growing up and slots
 * growing down until they meet. One machine that runs per power cycle; it may be the clone of one that
 * was made before it, in a region of its own (preload.h).
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap_use.h"

typedef struct sxMachine txMachine;

/*
 * Default pool. A linked firmware has its built-ins, names and preloaded modules in ROM; here they lie
 * in the pool (README.md, "Memory"), so it is larger than the 256 KiB of an nRF9160. 64-bit slots are
 * twice as large.
 */
#define MACHINE_POOL_BYTES (sizeof(void *) == 4 ? 88u * 1024 : 176u * 1024)

/* `region` of memory for a machine: it is never given back. */
struct machine_region {
	void *start;
	size_t byte_length;
	size_t c_heap_bytes; /* of it */
};

/* From now on the engine takes its memory there. */
void machine_use_region(struct machine_region region);

struct machine_memory {
	size_t pool_bytes;
	size_t c_heap_bytes;   /* of the pool; 0: the share that `run` gives it */
	uint32_t image_names;  /* so that the table of names need not grow while the image is linked */
};

/*
 * Makes the machine, with the names of the built-ins and of the ROM's modules. Exits when there is no
 * such pool.
 */
txMachine *machine_create(struct machine_memory memory);

/*
 * Makes a machine that others are to be clones of, in `region`, with room for so many more names.
 * Nothing is collected while it is built.
 */
txMachine *machine_create_root(struct machine_region region, uint32_t image_names);

/* The machine that runs what `root` has loaded; `root` is shared, and not written any more. */
txMachine *machine_clone(txMachine *root, struct machine_region region);

/* Runs promise jobs until none is left, then checks for unhandled rejections. */
void machine_run_jobs(txMachine *machine);

/* So many slots are free afterwards, or the pool has no room for them and the board is reset. */
void machine_ensure_slots(txMachine *machine, uint32_t count);

/* Between two turns of the event loop: sees to it that the next one seldom has to collect garbage. */
void machine_make_room(txMachine *machine);

/* Collects garbage, then tells what is in use. */
struct heap_use machine_measure(txMachine *machine);

/* Name ids that every machine gives out: the first id of an image's own names. */
uint32_t machine_rom_key_count(void);
/* A number that changes with those names, so that an image linked to others is refused. */
uint32_t machine_rom_key_hash(void);

extern const char machine_engine[]; /* e.g. "XS 13.3.0" */
uint32_t machine_slot_bytes(void);

#endif
