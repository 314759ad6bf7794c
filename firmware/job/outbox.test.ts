import assert from "node:assert/strict";
import { test } from "node:test";
import { config } from "../config.ts";
import type { Store } from "../ports/store.ts";
import { Outbox } from "./outbox.ts";

class MemoryStore implements Store {
  readonly values = new Map<string, Uint8Array>();
  read(key: string) {
    return this.values.get(key);
  }
  write(key: string, value: Uint8Array) {
    assert(key.length <= 15 && value.length <= config.storeValueMaxBytes);
    this.values.set(key, value.slice());
  }
  remove(key: string) {
    this.values.delete(key);
  }
}

const failed = {
  jobId: "job-1",
  status: "FAILED",
  statusDetails: { reason: "FILE_CRC", detail: "é" },
  executionNumber: 2,
  queuedAt: 1_760_000_000,
  fingerprint: 0xfedcba98,
} as const;

test("keeps a terminal state over a reset, until it is settled", () => {
  const store = new MemoryStore();
  new Outbox(store).put(failed);
  const outbox = new Outbox(store);
  assert.deepEqual(outbox.entry(), failed);
  outbox.settle("job-2");
  assert.deepEqual(outbox.entry(), failed);
  outbox.settle("job-1");
  assert.equal(outbox.entry(), undefined);
  assert.equal(store.values.size, 0);
  outbox.settle("job-1");
});

test("never exceeds the store: the last details go, the reason stays", () => {
  const store = new MemoryStore();
  const long = "\u20ac".repeat(200);
  const statusDetails = { reason: "HEX_DIGIT", detail: "line 7", a: long, b: long, c: long };
  new Outbox(store).put({ ...failed, jobId: "j".repeat(64), statusDetails });
  const kept = new Outbox(store).entry()?.statusDetails;
  assert.deepEqual(kept, { reason: "HEX_DIGIT", detail: "line 7", a: long });
});

test("a state that is not terminal is a bug of ours", () => {
  const outbox = new Outbox(new MemoryStore());
  assert.throws(() => outbox.put({ ...failed, status: "IN_PROGRESS" }), /assertion/);
});

for (const text of [
  "",
  "{",
  "[]",
  "null",
  '{"jobId":"a b","status":"FAILED"}',
  '{"jobId":"a","status":"IN_PROGRESS"}',
  '{"jobId":"a","status":"QUEUED"}',
  '{"status":"FAILED"}',
]) {
  test(`drops an entry that is none: ${text}`, () => {
    const store = new MemoryStore();
    store.write("outbox", Buffer.from(text));
    assert.equal(new Outbox(store).entry(), undefined);
    assert.equal(store.values.size, 0);
  });
}

test("an entry without details, or with odd ones, is still sent", () => {
  const store = new MemoryStore();
  store.write(
    "outbox",
    Buffer.from('{"jobId":"a","status":"SUCCEEDED","statusDetails":{"x":1,"y":"z"}}'),
  );
  assert.deepEqual(new Outbox(store).entry()?.statusDetails, { y: "z" });
});
