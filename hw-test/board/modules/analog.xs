// `embedded:io/analog`, in the shape of the Moddable SDK's typings/embedded_io/analog.d.ts.
class Analog {
	#pin;
	#resolution;
	constructor({ pin, resolution = 10 }) {
		this.#pin = checkPin(pin);
		this.#resolution = resolution;
	}
	close() {
		this.#pin = undefined;
	}
	read() {
		return read(this.#pin, this.#resolution);
	}
	get resolution() {
		return this.#resolution;
	}
	get format() {
		return "number";
	}
	set format(value) {
		if (value !== "number") throw new RangeError("format");
	}
}

function checkPin(pin) @ "script_analog_check_pin";
function read(pin, resolution) @ "script_analog_read";

export default Analog;
