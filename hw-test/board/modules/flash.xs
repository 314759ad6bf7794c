// `embedded:storage/flash`, in the shape of the Moddable SDK's typings/embedded/storage/flash.d.ts.
class Flash @ "script_flash_destructor" {
	constructor() {
		throw new TypeError("use open");
	}
	close() @ "script_flash_close";
	eraseBlock(start, end) @ "script_flash_erase";
	read(byteLengthOrBuffer, byteOffset) @ "script_flash_read";
	write(buffer, byteOffset) @ "script_flash_write";
	status() @ "script_flash_status";
	get format() {
		return "buffer";
	}
	set format(value) {
		if (value !== "buffer") throw new RangeError("format");
	}
}

function open(options, prototype) @ "script_flash_open";
function label(index) @ "script_flash_label";

export default Object.freeze({
	open(options) {
		return open(options, Flash.prototype);
	},
	*[Symbol.iterator]() {
		for (let index = 0; label(index) !== undefined; index++) yield label(index);
	},
});
