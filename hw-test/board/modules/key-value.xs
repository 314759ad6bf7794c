// `embedded:storage/key-value`, in the shape of the Moddable SDK's
// typings/embedded/storage/key-value.d.ts; an absent key reads as undefined, as on Zephyr.
class Storage {
	#path;
	#format;
	#readOnly;
	constructor(path, format, readOnly) {
		this.#path = path;
		this.#readOnly = readOnly;
		this.format = format;
	}
	close() {
		this.#path = undefined;
	}
	delete(key) {
		this.#checkWritable();
		remove(this.#name(key));
	}
	read(key, buffer) {
		return read(this.#name(key), this.#format === "string", buffer);
	}
	write(key, value) {
		this.#checkWritable();
		write(this.#name(key), this.#format === "string", value);
	}
	get format() {
		return this.#format;
	}
	set format(value) {
		if (value !== "buffer" && value !== "string") throw new RangeError("format");
		this.#format = value;
	}
	#checkWritable() {
		if (this.#readOnly) throw new Error("read-only");
	}
	#name(key) {
		if (this.#path === undefined) throw new Error("closed");
		return `${this.#path}/${key}`;
	}
}

function read(name, isString, buffer) @ "script_key_value_read";
function write(name, isString, value) @ "script_key_value_write";
function remove(name) @ "script_key_value_delete";

export default Object.freeze({
	open({ path, format = "buffer", mode = "r+" }) {
		if (mode !== "r" && mode !== "r+") throw new RangeError("mode");
		if (typeof path !== "string" || path === "") throw new TypeError("path");
		return new Storage(path, format, mode === "r");
	},
});
