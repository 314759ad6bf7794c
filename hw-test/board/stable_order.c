#include "stable_order.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Rank, name and place in one number: 32, 16 and 16 bits. */
typedef uint64_t pair;

static int by_text(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static int by_rank(const void *one, const void *other)
{
	pair a = *(const pair *)one, b = *(const pair *)other;
	return (a > b) - (a < b);
}

/* FNV-1a. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 0x811c9dc5u;
	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x01000193u;
	return hash;
}

/* MurmurHash3's last step. */
static uint32_t mixed(uint32_t hash)
{
	hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
	hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
	return hash ^ (hash >> 16);
}

static void rank_pairs(pair *pairs, const char *const *names, size_t count)
{
	for (size_t name = 0; name < count; name++) {
		uint32_t hash = hash_of(names[name]);
		for (size_t place = 0; place < count; place++) {
			uint32_t rank = mixed(hash ^ mixed((uint32_t)place + 1));
			*pairs++ = (pair)rank << 32 | (pair)name << 16 | place;
		}
	}
}

/* Takes names out of `names`, which then holds NULL for them. */
static void give_places(const char **placed, const char **names, const pair *pairs, size_t pair_count)
{
	for (size_t i = 0; i < pair_count; i++) {
		size_t name = pairs[i] >> 16 & 0xffff, place = pairs[i] & 0xffff;
		if (placed[place] || !names[name])
			continue;
		placed[place] = names[name];
		names[name] = NULL;
	}
}

bool stable_order(const char **names, int name_count)
{
	size_t count = (size_t)name_count;
	if (count == 0)
		return true;
	const char **placed = calloc(count, sizeof *placed);
	pair *pairs = malloc(count * count * sizeof *pairs);
	if (placed && pairs) {
		/* Where ranks are equal, the texts decide, and not the order in which they came. */
		qsort(names, count, sizeof *names, by_text);
		rank_pairs(pairs, names, count);
		qsort(pairs, count * count, sizeof *pairs, by_rank);
		give_places(placed, names, pairs, count * count);
		memcpy(names, placed, count * sizeof *names);
	}
	bool done = placed && pairs;
	free(placed);
	free(pairs);
	return done;
}
