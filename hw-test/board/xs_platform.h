/*
 * What XS is told about the board; included by its headers (INCLUDE_XSPLATFORM, XSPLATFORM).
 * mxLinux and mxCESU8 stay off: the engine then behaves as on a microcontroller.
 */
#ifndef XS_PLATFORM_H
#define XS_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "c_heap.h"
#include "hal.h"

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

/* The machine's own memory and names: machine.c. */
#define mxUseDefaultBuildKeys 0
#define mxUseDefaultCStackLimit 0
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1

#define mxMachinePlatform bool has_promise_jobs;

/* XS's malloc draws on a fixed part of the pool. */
#define c_malloc c_heap_allocate
#define c_calloc(COUNT, SIZE) c_heap_allocate_zeroed((COUNT) * (SIZE))
#define c_realloc c_heap_reallocate
#define c_free c_heap_free
#define c_malloc_uint32 c_heap_allocate
#define c_free_uint32 c_heap_free
#define c_rand hal_random

#endif
