// `embedded:io/socket/tcp/tls`, in the shape of the Moddable SDK's TLSSocket, but offloaded: the rig
// holds the certificates and `secure.securityTag` ("broker" or "files") says which, as on a modem.
class TLSSocket @ "script_socket_destructor" {
	constructor(options) @ "script_socket_tls";
	close() @ "script_socket_close";
	read(byteLengthOrBuffer) @ "script_socket_read";
	write(buffer) @ "script_socket_write";
	get format() {
		return "buffer";
	}
	set format(value) {
		if (value !== "buffer") throw new RangeError("format");
	}
}

export default TLSSocket;
