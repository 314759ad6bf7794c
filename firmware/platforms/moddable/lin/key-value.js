// embedded:storage/key-value over files: a folder a path, a file a key. A write is a file beside it,
// moved over it when it is complete. Format `buffer` only.

import FFI from "mc/ffi";
import check from "tracker/problem";

class Storage {
  constructor(path) {
    this.path = path;
    this.native = new FFI();
  }
  read(key) {
    const length = this.native.tracker_value_length(this.path, name(key));
    if (length < 0) return undefined;
    const value = new ArrayBuffer(length);
    check(this.native.tracker_value_read(this.path, key, value, length));
    return value;
  }
  write(key, value) {
    const { buffer = value, byteOffset = 0, byteLength } = value;
    check(this.native.tracker_value_write(this.path, name(key), buffer, byteOffset, byteLength));
  }
  delete(key) {
    check(this.native.tracker_value_delete(this.path, name(key)));
  }
  close() {}
  get format() {
    return "buffer";
  }
}

/** A file's name, and not that of one that is being written. */
function name(text) {
  if (text === "" || text.startsWith(".") || text.includes("/"))
    throw new RangeError(`no key: ${text}`);
  return text;
}

export default Object.freeze({
  open({ path, format = "buffer" }) {
    if (format !== "buffer") throw new RangeError(`no format ${format}`);
    return new Storage(name(path));
  },
});
