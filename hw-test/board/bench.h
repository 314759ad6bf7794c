/* `bench SCRIPT.xsb`: one module on the same engine, without flash, bootloader or link. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>

int bench_run(const char *path, size_t pool_bytes);

#endif
