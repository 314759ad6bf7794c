import type { Mutation } from "./mutation.ts";

/** Bugs of the local AWS that would make a client's mistake, or ours, pass unseen. */
export const cloudMutations: readonly Mutation[] = [
  {
    name: "unknown sub-resource taken for a put",
    edits: [
      {
        file: "hw-test/cloud/s3/operation.ts",
        find: "if (!mayHaveQuery(found, name)) throw",
        replace: "if (name === undefined) throw",
      },
    ],
    testFile: "hw-test/cloud/s3/notServed.test.ts",
    testName: "what is not served is refused with 501, and destroys neither object nor bucket",
  },
  {
    name: "rollout without a rate",
    edits: [
      {
        file: "hw-test/cloud/jobs/rollout.ts",
        find: "job.waiting.splice(0, room)",
        replace: "job.waiting.splice(0)",
      },
    ],
    testFile: "hw-test/cloud/jobs/rollout.test.ts",
    testName: "a constant rate: no minute makes more, none is left out, and each thing has one",
  },
  {
    name: "rollout that goes on after its window",
    edits: [
      {
        file: "hw-test/cloud/jobs/scheduler.ts",
        find: 'isInside ? "IN_PROGRESS" : "SCHEDULED"',
        replace: 'window !== undefined ? "IN_PROGRESS" : "SCHEDULED"',
      },
    ],
    testFile: "hw-test/cloud/jobs/windows.test.ts",
    testName:
      "a rollout goes on in its windows alone, at its rate, and takes what joins in between",
  },
  {
    name: "a string of any length taken",
    edits: [
      {
        file: "hw-test/cloud/iot/model/check.ts",
        find: "  checkRange(shape, [...value].length,",
        replace: "  checkRange({ type: shape.type }, [...value].length,",
      },
    ],
    testFile: "hw-test/cloud/iot/model/model.test.ts",
    testName: "CreateJob: what the model forbids is InvalidRequestException and names the field",
  },
  {
    name: "timers of the machine's clock",
    edits: [
      {
        file: "hw-test/cloud/clock.ts",
        find: "        ring(due);\n",
        replace: "        alarms.delete(due);\n",
      },
    ],
    testFile: "hw-test/cloud/clock.test.ts",
    testName: "put forward, it does what is due on the way, in order and at its time",
  },
  {
    name: "a session of MQTT 5 kept for good",
    edits: [
      {
        file: "hw-test/cloud/mqtt/sessions.ts",
        find: "this.now() <= endsAtMs;",
        replace: "this.now() > 0;",
      },
    ],
    testFile: "hw-test/cloud/mqtt/mqtt5.test.ts",
    testName:
      "a session lasts as long as it was asked for, by the cloud's clock, and an hour at most",
  },
  {
    name: "more under way than a client can take",
    edits: [
      {
        file: "hw-test/cloud/mqtt/mqtt5.ts",
        find: "this.inFlight.size >= this.clientReceiveMaximum",
        replace: "this.inFlight.size > 65_535",
      },
    ],
    testFile: "hw-test/cloud/mqtt/mqtt5.test.ts",
    testName: "no more is under way than the client can take, and all of it comes",
  },
];
