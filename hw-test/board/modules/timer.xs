// `timer`, in the shape of the Moddable SDK's typings/timer.d.ts.
class Timer {
	constructor() {
		throw new TypeError("use Timer.set");
	}
	static set(callback, delay, repeat) @ "script_timer_set";
	static repeat(callback, delay) @ "script_timer_repeat";
	static schedule(timer, delay, repeat) @ "script_timer_schedule";
	static clear(timer) @ "script_timer_clear";
	static delay(milliseconds) @ "script_timer_delay";
}

export default Timer;
