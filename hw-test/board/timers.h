/* Timers, plain C: mod_timer.c shows them to scripts. Static cost: TIMER_COUNT * 40 bytes. */
#ifndef TIMERS_H
#define TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_COUNT 32u

struct timer;

/* Scheduled once after `delay_ms`, then every `repeat_ms` unless 0. NULL if all are taken. */
struct timer *timer_start(uint32_t delay_ms, uint32_t repeat_ms, void *owner);
void timer_schedule(struct timer *timer, uint32_t delay_ms, uint32_t repeat_ms);
/* Stops it without giving it up. */
void timer_unschedule(struct timer *timer);
void timer_free(struct timer *timer);

/* It will fire (again). */
bool timer_is_scheduled(const struct timer *timer);

/* The owner of the timer that is due longest, rescheduled if it repeats; NULL if none is due. */
void *timers_next_due(uint64_t now_ms);

/* Milliseconds until the next one is due; HAL_FOREVER if none is scheduled. */
uint32_t timers_wait_ms(uint64_t now_ms);

#endif
