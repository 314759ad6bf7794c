// `time`, the part of the Moddable SDK's typings/time.d.ts that needs no time of day.
class Time {
	static get ticks() @ "script_time_ticks";
	static delta(start, end = Time.ticks) {
		return (end - start) | 0;
	}
}

export default Time;
