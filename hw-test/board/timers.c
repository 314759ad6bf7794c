#include "timers.h"

#include "hal.h"

#include <stddef.h>

struct timer {
	bool is_taken;
	bool is_scheduled;
	uint32_t repeat_ms;
	uint64_t due_ms;
	uint64_t order; /* of scheduling: decides between timers due at the same time */
	void *owner;
};

static struct timer timers[TIMER_COUNT];
static uint64_t next_order;

struct timer *timer_start(uint32_t delay_ms, uint32_t repeat_ms, void *owner)
{
	for (uint32_t i = 0; i < TIMER_COUNT; i++)
		if (!timers[i].is_taken) {
			timers[i].is_taken = true;
			timers[i].owner = owner;
			timer_schedule(&timers[i], delay_ms, repeat_ms);
			return &timers[i];
		}
	return NULL;
}

void timer_schedule(struct timer *timer, uint32_t delay_ms, uint32_t repeat_ms)
{
	timer->is_scheduled = true;
	timer->repeat_ms = repeat_ms;
	timer->due_ms = hal_now_ms() + delay_ms;
	timer->order = next_order++;
}

void timer_unschedule(struct timer *timer)
{
	timer->is_scheduled = false;
}

void timer_free(struct timer *timer)
{
	timer->is_scheduled = false;
	timer->is_taken = false;
}

bool timer_is_scheduled(const struct timer *timer)
{
	return timer->is_scheduled;
}

static bool is_before(const struct timer *a, const struct timer *b)
{
	return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->order < b->order);
}

/* The scheduled timer that comes first, or NULL. */
static struct timer *first_timer(void)
{
	struct timer *first = NULL;
	for (uint32_t i = 0; i < TIMER_COUNT; i++)
		if (timers[i].is_scheduled && (!first || is_before(&timers[i], first)))
			first = &timers[i];
	return first;
}

void *timers_next_due(uint64_t now_ms)
{
	struct timer *timer = first_timer();
	if (!timer || timer->due_ms > now_ms)
		return NULL;
	if (timer->repeat_ms > 0) {
		timer->due_ms = now_ms + timer->repeat_ms;
		timer->order = next_order++;
	} else
		timer->is_scheduled = false;
	return timer->owner;
}

uint32_t timers_wait_ms(uint64_t now_ms)
{
	const struct timer *timer = first_timer();
	if (!timer)
		return HAL_FOREVER;
	if (timer->due_ms <= now_ms)
		return 0;
	uint64_t wait_ms = timer->due_ms - now_ms;
	return wait_ms < HAL_FOREVER ? (uint32_t)wait_ms : HAL_FOREVER - 1;
}
