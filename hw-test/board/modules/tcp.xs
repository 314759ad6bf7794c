// `embedded:io/socket/tcp`, in the shape of the Moddable SDK's typings/embedded_io/socket/tcp.d.ts.
// The rig resolves names, so `host` serves as well as `address`.
class TCP @ "script_socket_destructor" {
	constructor(options) @ "script_socket_tcp";
	close() @ "script_socket_close";
	read(byteLengthOrBuffer) @ "script_socket_read_exactly";
	write(value) @ "script_socket_write";
	get format() {
		return "buffer";
	}
	set format(value) {
		if (value !== "buffer") throw new RangeError("format");
	}
}

export default TCP;
