// What firmware/ports/ asks of flash and store, asked of the modules of platforms/moddable/lin on the
// SDK's own runtime. Traces `ok` or `not ok` for each, then restarts.

import Analog from "embedded:io/analog";
import FlashStorage from "embedded:storage/flash";
import KeyValueStorage from "embedded:storage/key-value";
import config from "mc/config";

const BLOCK = 8192;

function says(name, isSo) {
  trace(`${isSo ? "ok" : "not ok"} ${name}\n`);
}

function throws(work) {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

const same = (one, other) => one.length === other.length && one.every((x, at) => x === other[at]);
const bytesOf = (...numbers) => Uint8Array.of(...numbers);

function flash() {
  const slot = FlashStorage.open({ path: "image-1" });
  const { size, blocks, blockLength, writeAlign, eraseValue } = slot.status();
  says(
    "geometry",
    same([size, blocks, blockLength, writeAlign, eraseValue], [2 ** 20, 128, BLOCK, 4, 255]),
  );
  says("partitions", same([...FlashStorage], ["image-0", "image-1"]));
  says(
    "no such partition",
    throws(() => FlashStorage.open({ path: "image-2" })),
  );

  const room = new Uint8Array(16).fill(7);
  const view = room.subarray(4, 12);
  says("read tells its length", slot.read(view, BLOCK) === 8);
  says("read keeps to a view", same(room, [7, 7, 7, 7, ...Array(8).fill(255), 7, 7, 7, 7]));
  says("read of a count", same(new Uint8Array(slot.read(4, size - 4)), Array(4).fill(255)));

  const words = bytesOf(9, 9, 1, 2, 3, 4, 9, 9).subarray(2, 6);
  slot.write(words, BLOCK + 8);
  slot.read(view, BLOCK + 4);
  says("write of a view", same(view, [255, 255, 255, 255, 1, 2, 3, 4]));
  says("bits go from 1 to 0", !throws(() => slot.write(bytesOf(0, 2, 3, 4), BLOCK + 8)));
  says(
    "and not back",
    throws(() => slot.write(bytesOf(1, 2, 3, 4), BLOCK + 8)),
  );
  says(
    "half a word",
    throws(() => slot.write(bytesOf(1, 2), BLOCK)),
  );
  says(
    "between words",
    throws(() => slot.write(bytesOf(1, 2, 3, 4), BLOCK + 2)),
  );
  says(
    "beyond the end",
    throws(() => slot.write(bytesOf(1, 2, 3, 4), size)),
  );
  says(
    "read beyond the end",
    throws(() => slot.read(view, size - 4)),
  );
  says(
    "before the start",
    throws(() => slot.read(view, -4)),
  );
  says(
    "no block",
    throws(() => slot.eraseBlock(blocks)),
  );

  slot.write(bytesOf(5, 5, 5, 5), 2 * BLOCK);
  slot.eraseBlock(1);
  slot.read(view, BLOCK + 4);
  says("erase", same(view, Array(8).fill(255)));
  says(
    "of one block only",
    slot.read(4, 2 * BLOCK) !== undefined && new Uint8Array(slot.read(4, 2 * BLOCK))[0] === 5,
  );
  says(
    "image-0 is another",
    new Uint8Array(FlashStorage.open({ path: "image-0" }).read(4, 2 * BLOCK))[0] !== 5,
  );
}

function store() {
  const values = KeyValueStorage.open({ path: "tried", format: "buffer" });
  says("no value", values.read("a") === undefined);
  values.write("a", bytesOf(9, 1, 2, 9).subarray(1, 3));
  says("a value", same(new Uint8Array(values.read("a")), [1, 2]));
  values.write("a", bytesOf(3).buffer);
  says("another", same(new Uint8Array(values.read("a")), [3]));
  values.write("empty", new Uint8Array(0));
  says("an empty one", values.read("empty").byteLength === 0);
  values.delete("a");
  values.delete("a");
  says("deleted", values.read("a") === undefined);
  for (const key of ["", ".unfinished", "../tried/a", "a/b"]) {
    says(
      `no key ${key}`,
      throws(() => values.write(key, bytesOf(1))),
    );
  }
  const kept = KeyValueStorage.open({ path: "kept", format: "buffer" });
  const starts = kept.read("starts");
  kept.write("starts", bytesOf(starts === undefined ? 1 : new Uint8Array(starts)[0] + 1));
  return starts !== undefined;
}

export default function start() {
  if (store()) {
    trace(`over a restart, ${config.version}\n`);
    throw new Error("enough");
  }
  flash();
  says("input that is not there", new Analog({ pin: 9 }).read() === 1023);
  says("input", new Analog({ pin: 0 }).read() === 512);
  System.resolve("localhost", (host, address) => {
    says("resolve", host === "localhost" && address === "127.0.0.1");
    System.resolve("no.such.host.invalid", (_host, none) => {
      says("resolve nothing", none === undefined);
      trace("all said\n");
      System.restart();
    });
  });
}
