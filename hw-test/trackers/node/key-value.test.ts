import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { runBoardTool } from "../../board/program.ts";
import { engineIsMissing } from "../boards.ts";
import { FlashFile } from "../virtual/flash-file.ts";
import { FlashChip, type FlashGate, openGate } from "./flash-chip.ts";
import { KeyValueLog } from "./key-value.ts";
import { provisionFlash } from "./provision.ts";

const folder = mkdtempSync(join(tmpdir(), "key-value-"));
after(() => rmSync(folder, { recursive: true }));
let flashes = 0;

function erasedFlash(): string {
  return FlashFile.create(join(folder, `flash-${flashes++}.bin`)).path;
}

/** Opens the store, does `work` with it, and lets go of the file. */
function withStore<T>(path: string, work: (store: KeyValueLog) => T, gate = openGate): T {
  const chip = new FlashChip(path, gate);
  try {
    return work(new KeyValueLog(chip.part("storage")));
  } finally {
    chip.close();
  }
}

/** With values that live, and so many that do not that the next ones move the bank. */
function fillBank(store: KeyValueLog): void {
  store.write("kept", "buffer", Buffer.from("kept"));
  for (let round = 0; round < 15; round++) store.write("fill", "buffer", Buffer.alloc(1024, round));
}

class Cut extends Error {}

/** Cuts the power inside the n-th operation from now, after so many of its bytes. */
function cutInside(operation: number, share: number): FlashGate {
  let count = 0;
  return {
    ask({ byteLength }) {
      count += 1;
      if (count < operation) return { doneBytes: byteLength, isLast: false };
      return { doneBytes: Math.floor(byteLength * share), isLast: true };
    },
    powerOff() {
      throw new Cut();
    },
  };
}

const allNames = ["a/1", "a/2", "b/1", "tracker-fota/settings"];
const names = fc.constantFrom(...allNames);
const values = fc.uint8Array({ maxLength: 300 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: names, value: values }) },
  { weight: 1, arbitrary: fc.record({ name: names, value: fc.constant(undefined) }) },
);
type Step = { name: string; value: Uint8Array | undefined };

function apply(store: KeyValueLog, { name, value }: Step): void {
  if (value === undefined) store.remove(name);
  else store.write(name, "buffer", value);
}

function contents(store: KeyValueLog): Record<string, string> {
  const found = allNames.map((name) => {
    const value = store.read(name, "buffer");
    return [name, value === undefined ? "-" : value.toString("hex")];
  });
  return Object.fromEntries(found);
}

function model(steps: readonly Step[]): Record<string, string> {
  const found: Record<string, string> = Object.fromEntries(allNames.map((name) => [name, "-"]));
  for (const { name, value } of steps) {
    found[name] = value === undefined ? "-" : Buffer.from(value).toString("hex");
  }
  return found;
}

describe("the key-value store in a file", () => {
  it("is a map, whatever is written, removed and opened anew, through moves of its banks", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const path = erasedFlash();
        const half = steps.length >> 1;
        withStore(path, (store) => {
          for (const one of steps.slice(0, half)) apply(store, one);
          assert.deepEqual(contents(store), model(steps.slice(0, half)));
        });
        withStore(path, (store) => {
          for (const one of steps.slice(half)) apply(store, one);
        });
        assert.deepEqual(withStore(path, contents), model(steps));
        rmSync(path);
      }),
      { numRuns: 40 },
    );
  });

  it("has the old or the new value after a power cut inside any operation", () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 80 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(steps, fc.nat(30), share, (all, cutAt, done) => {
        const path = erasedFlash();
        withStore(path, fillBank);
        let finished = 0;
        try {
          const gate = cutInside(cutAt + 1, done);
          withStore(
            path,
            (store) => {
              for (const one of all) {
                apply(store, one);
                finished += 1;
              }
            },
            gate,
          );
        } catch (error) {
          if (!(error instanceof Cut)) throw error;
        }
        const found = withStore(path, contents);
        const [before, beyond] = [model(all.slice(0, finished)), model(all.slice(0, finished + 1))];
        assert.ok([before, beyond].some((one) => JSON.stringify(one) === JSON.stringify(found)));
        const kept = withStore(path, (store) => store.read("kept", "buffer")?.toString());
        assert.equal(kept, "kept");
        // And it goes on from there.
        withStore(path, (store) => store.write("a/1", "buffer", Buffer.from("go on")));
        assert.equal(
          withStore(path, (store) => store.read("a/1", "buffer")?.toString()),
          "go on",
        );
        rmSync(path);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps what lives when the move to the other bank is cut, at each operation of it", () => {
    // Four erases, two records, a head, and then the new record.
    for (let operation = 1; operation <= 8; operation++) {
      for (const share of [0, 0.5, 1]) {
        const path = erasedFlash();
        withStore(path, fillBank);
        const write = (store: KeyValueLog) => store.write("new", "buffer", Buffer.alloc(1000, 1));
        assert.throws(() => withStore(path, write, cutInside(operation, share)), Cut);
        withStore(path, (store) => {
          assert.equal(store.read("kept", "buffer")?.toString(), "kept", `${operation} ${share}`);
          assert.equal(store.read("fill", "buffer")?.[0], 14);
        });
        rmSync(path);
      }
    }
  });

  it("refuses what does not fit in the board's words, and changes nothing", () => {
    withStore(erasedFlash(), (store) => {
      store.write("a", "buffer", Buffer.from([7]));
      assert.throws(() => store.write("a", "buffer", Buffer.alloc(1025)), /value too long/);
      assert.throws(() => store.write("x".repeat(32), "buffer", Buffer.alloc(1)), /invalid key/);
      assert.throws(() => {
        for (let count = 0; ; count++) store.write(`k${count}`, "buffer", Buffer.alloc(1024));
      }, /store is full/);
      assert.throws(() => store.read("a", "string"), /mismatch/);
      assert.deepEqual(store.read("a", "buffer"), Buffer.from([7]));
      assert.equal(store.read("k0", "buffer")?.byteLength, 1024);
    });
  });

  it("is byte for byte what the board program writes", {
    skip: engineIsMissing() ?? false,
  }, async () => {
    const [ours, theirs] = [erasedFlash(), erasedFlash()];
    // Enough for two moves: each of the larger bank halves takes 15 of these.
    for (let round = 0; round < 40; round++) {
      const name = `test/key-${round % 3}`;
      const value = String(round).repeat(round % 2 === 0 ? 500 : 3);
      provisionFlash(ours, name, value);
      await runBoardTool(["provision", theirs, name, value]);
    }
    assert.ok(readFileSync(ours).equals(readFileSync(theirs)));
  });
});
