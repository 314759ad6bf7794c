import Timer from "timer";

/**
 * Stands in for `embedded:io/socket/tcp/tls` in an image that never reaches the cloud: every
 * connection fails. Such an image must revert itself when its self-test deadline passes.
 */
export default class TLSSocket {
  constructor(options) {
    this.failing = Timer.set(() => {
      this.failing = undefined;
      options.onError();
    }, 0);
  }

  read() {}

  write() {
    throw new Error("not connected");
  }

  close() {
    if (this.failing !== undefined) Timer.clear(this.failing);
    this.failing = undefined;
  }
}
