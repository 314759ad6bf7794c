/*
 * An order of names that little changes when some come or go: a name keeps its place in nearly every
 * build, and so do the ids that are places (docs/decisions/009-names-that-stay.md). Every name and place
 * have a rank, by their hash; the pair of the lowest rank is taken, then the lowest of what is left.
 */
#ifndef STABLE_ORDER_H
#define STABLE_ORDER_H

#include <stdbool.h>

/* Below 65,536 names, none of them twice. False if there is no memory. */
bool stable_order(const char **names, int count);

#endif
