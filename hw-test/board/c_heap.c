#include "c_heap.h"

#include <stdint.h>
#include <string.h>

/* Alignment of every block, and the size of its head: enough for a double on all targets. */
#define UNIT 16u

struct block {
	size_t byte_length; /* head included */
	struct block *next; /* the next hole, by address; unused while allocated */
};

_Static_assert(sizeof(struct block) <= UNIT, "a block's head must fit its unit");

static struct block *holes;
static size_t used_bytes;
static size_t peak_bytes;

void c_heap_init(void *region, size_t byte_length)
{
	holes = region;
	holes->byte_length = byte_length / UNIT * UNIT;
	holes->next = NULL;
	used_bytes = peak_bytes = 0;
}

/* Takes `needed` bytes from the start of the hole at `*link`. */
static void *take(struct block **link, size_t needed)
{
	struct block *block = *link;
	if (block->byte_length >= needed + 2 * UNIT) {
		struct block *rest = (struct block *)(void *)((uint8_t *)block + needed);
		rest->byte_length = block->byte_length - needed;
		rest->next = block->next;
		block->byte_length = needed;
		*link = rest;
	} else
		*link = block->next;
	used_bytes += block->byte_length;
	if (used_bytes > peak_bytes)
		peak_bytes = used_bytes;
	return (uint8_t *)block + UNIT;
}

void *c_heap_allocate(size_t byte_length)
{
	if (byte_length > SIZE_MAX - 2 * UNIT)
		return NULL;
	size_t needed = (byte_length + 2 * UNIT - 1) / UNIT * UNIT;
	for (struct block **link = &holes; *link; link = &(*link)->next)
		if ((*link)->byte_length >= needed)
			return take(link, needed);
	return NULL;
}

void *c_heap_allocate_zeroed(size_t byte_length)
{
	void *block = c_heap_allocate(byte_length);
	if (block)
		memset(block, 0, byte_length);
	return block;
}

static struct block *head_of(void *block)
{
	return (struct block *)(void *)((uint8_t *)block - UNIT);
}

/* Joins a hole with the next one if they touch. */
static void merge_with_next(struct block *hole)
{
	struct block *next = hole->next;
	if (next && (uint8_t *)hole + hole->byte_length == (uint8_t *)next) {
		hole->byte_length += next->byte_length;
		hole->next = next->next;
	}
}

void c_heap_free(void *block)
{
	if (!block)
		return;
	struct block *hole = head_of(block);
	struct block *before = NULL;
	struct block **link = &holes;
	used_bytes -= hole->byte_length;
	while (*link && *link < hole) {
		before = *link;
		link = &before->next;
	}
	hole->next = *link;
	*link = hole;
	merge_with_next(hole);
	if (before)
		merge_with_next(before);
}

void *c_heap_reallocate(void *block, size_t byte_length)
{
	if (!block)
		return c_heap_allocate(byte_length);
	size_t capacity = head_of(block)->byte_length - UNIT;
	if (capacity >= byte_length)
		return block;
	void *larger = c_heap_allocate(byte_length);
	if (larger) {
		memcpy(larger, block, capacity);
		c_heap_free(block);
	}
	return larger;
}

size_t c_heap_used_bytes(void)
{
	return used_bytes;
}

size_t c_heap_peak_bytes(void)
{
	return peak_bytes;
}
