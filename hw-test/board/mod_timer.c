/* `timer` and `time` for scripts. */
#include "xsmc.h"

#include "hal.h"
#include "script.h"
#include "timers.h"

struct script_timer {
	struct timer *timer; /* NULL: this record is free */
	xsSlot self;         /* kept alive until the timer is over */
	xsSlot callback;
};

static struct script_timer records[TIMER_COUNT];

static void mark(xsMachine *the, void *data, xsMarkRoot mark_root)
{
	struct script_timer *record = data;
	if (record)
		(*mark_root)(the, &record->callback);
}

static const xsHostHooks hooks = {NULL, mark, NULL};

static struct script_timer *free_record(xsMachine *the)
{
	for (unsigned i = 0; i < TIMER_COUNT; i++)
		if (!records[i].timer)
			return &records[i];
	xsRangeError("out of timers");
	return NULL;
}

static uint32_t milliseconds(xsMachine *the, int index)
{
	xsNumberValue value = xsmcArgc > index ? xsmcToNumber(xsArg(index)) : 0;
	if (!(value > 0))
		return 0;
	return value < INT32_MAX ? (uint32_t)value : INT32_MAX;
}

static void start(xsMachine *the, uint32_t delay_ms, uint32_t repeat_ms)
{
	struct script_timer *record = free_record(the);
	if (!xsmcIsCallable(xsArg(0)))
		xsTypeError("callback is no function");
	record->callback = xsArg(0);
	record->self = xsNewHostObject(NULL);
	xsResult = record->self;
	record->timer = timer_start(delay_ms, repeat_ms, record);
	xsmcSetHostData(xsResult, record);
	xsSetHostHooks(xsResult, &hooks);
	xsRemember(record->self);
}

static void release(xsMachine *the, struct script_timer *record)
{
	timer_free(record->timer);
	record->timer = NULL;
	xsForget(record->self);
	xsmcSetHostData(record->self, NULL);
}

void script_timer_set(xsMachine *the)
{
	start(the, milliseconds(the, 1), milliseconds(the, 2));
}

void script_timer_repeat(xsMachine *the)
{
	uint32_t interval_ms = milliseconds(the, 1);
	start(the, interval_ms, interval_ms > 0 ? interval_ms : 1);
}

void script_timer_schedule(xsMachine *the)
{
	struct script_timer *record = xsmcGetHostDataValidate(xsArg(0), (void *)&hooks);
	if (!record)
		xsUnknownError("the timer is over");
	if (xsmcArgc == 1)
		timer_unschedule(record->timer);
	else
		timer_schedule(record->timer, milliseconds(the, 1), milliseconds(the, 2));
}

void script_timer_clear(xsMachine *the)
{
	if (xsmcArgc == 0 || xsmcTypeOf(xsArg(0)) != xsReferenceType)
		return;
	struct script_timer *record = xsmcGetHostDataValidate(xsArg(0), (void *)&hooks);
	if (record)
		release(the, record);
}

void script_timer_delay(xsMachine *the)
{
	uint64_t end_ms = hal_now_ms() + milliseconds(the, 0);
	for (uint64_t now_ms; (now_ms = hal_now_ms()) < end_ms;)
		hal_wait(false, (uint32_t)(end_ms - now_ms));
}

void script_time_ticks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (int32_t)(uint32_t)hal_now_ms()); /* wraps, as the SDK's does */
}

void script_timer_due(void *machine, void *owner)
{
	struct script_timer *record = owner;
	xsBeginHost((xsMachine *)machine);
	xsmcVars(1);
	xsVar(0) = xsAccess(record->self);
	xsCallFunction1(record->callback, xsGlobal, xsVar(0));
	/* A timer that has fired for the last time is over; its script may have cleared it already. */
	if (xsmcGetHostData(xsVar(0)) && !timer_is_scheduled(record->timer))
		release(the, record);
	xsEndHost((xsMachine *)machine);
}
