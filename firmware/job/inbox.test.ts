import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "./inbox.ts";

const topic = { kind: "startNext", accepted: true, job: "" } as const;

test("what a message said is there until it is dropped, and its memory with it", () => {
  const inbox = new Inbox("");
  const jobId = inbox.message().at("execution").at("jobId");
  for (const id of ["first", "second"]) {
    inbox.start(topic, undefined);
    inbox.push(Buffer.from(JSON.stringify({ execution: { jobId: id } })));
    assert.equal(inbox.end(), "sound");
    assert.equal(jobId.text(), id);
    inbox.drop();
    assert.equal(jobId.kind(), "absent");
    assert.equal(jobId.text(), undefined);
  }
});
