import type { Mutation } from "./mutation.ts";

const stormsTest = "hw-test/fleet/storms.test.ts";
const serversTest = "hw-test/fleet/servers.test.ts";

/** Bugs that one tracker alone does not show. */
export const fleetMutations: readonly Mutation[] = [
  {
    name: "power back, no jitter",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: "if (!isSpread || startDelayMaxMs === 0) this.mqtt.start();",
        replace: "if (!isSpread || startDelayMaxMs >= 0) this.mqtt.start();",
      },
    ],
    testFile: stormsTest,
    testName: "whose power comes back in one moment connect at different times",
  },
  {
    name: "broker back, no jitter",
    edits: [
      {
        file: "firmware/mqtt/reconnect.ts",
        find: "Math.floor(this.options.random() * this.spreadLeftMs())",
        replace: "Math.floor(0 * this.options.random() * this.spreadLeftMs())",
      },
    ],
    testFile: stormsTest,
    testName: "whose broker restarts come back at different times",
  },
  {
    name: "back-off without a cap",
    edits: [
      {
        file: "firmware/backoff.ts",
        find: "Math.min(this.options.maxMs, ceilingMs * 2)",
        replace: "ceilingMs * 2",
      },
    ],
    testFile: serversTest,
    testName: "whose file server is busy for ten minutes are done soon after it",
  },
  {
    name: "start-next per notice",
    edits: [
      {
        file: "firmware/update/intake.ts",
        find: "if (isNotice) this.askLater(0);",
        replace: "if (isNotice) this.options.jobs.startNext();",
      },
    ],
    testFile: serversTest,
    testName: "that hear of a job in one moment do not ask for it in one",
  },
  {
    name: "a throttled request is given up",
    edits: [
      {
        file: "firmware/job/rejection.ts",
        find: 'RequestThrottled: "again"',
        replace: 'RequestThrottled: "refused"',
      },
    ],
    testFile: serversTest,
    testName: "whom the Jobs service throttles put their requests again, and lose none",
  },
  {
    name: "progress is kept after its job",
    edits: [
      {
        file: "firmware/update/reporter.ts",
        find: "this.tryStore(() => this.outbox.settle(jobId));",
        replace: "this.tryStore(() => this.platform.store.write(jobId, new Uint8Array(9)));",
      },
    ],
    testFile: "hw-test/fleet/year.test.ts",
    testName: "wears its flash and its store at one rate, and keeps nothing",
  },
  {
    name: "each phase is told",
    edits: [
      {
        file: "firmware/job/progress.ts",
        find: "const isNewPhase = now.phase !== this.phase && !isPassing;",
        replace: "const isNewPhase = now.phase !== this.phase || isPassing;",
      },
    ],
    testFile: serversTest,
    testName: "that hear of a job in one moment do not ask for it in one",
  },
];
