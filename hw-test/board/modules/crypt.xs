// `crypt`: Digest of the Moddable SDK's typings/crypt.d.ts, for SHA-256.
export class Digest @ "script_digest_destructor" {
	constructor(type) @ "script_digest";
	write(message) @ "script_digest_write";
	update(message) @ "script_digest_write";
	close() @ "script_digest_close";
	reset() @ "script_digest_reset";
	get blockSize() {
		return 64;
	}
	get outputSize() {
		return 32;
	}
}
