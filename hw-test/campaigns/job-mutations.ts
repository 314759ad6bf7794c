import type { Mutation } from "./mutation.ts";

const identityTest = "hw-test/faults/identity.test.ts";
const jobsTest = "firmware/job/jobs.test.ts";
const clientTest = "firmware/mqtt/client.test.ts";

/** Bugs that would do or tell one job for another, or lose the connection that it is told over. */
export const jobMutations: readonly Mutation[] = [
  {
    name: "texts of a message kept for good",
    edits: [{ file: "firmware/job/inbox.ts", find: "    this.reader.release();\n", replace: "" }],
    testFile: "firmware/job/inbox.test.ts",
    testName: "what a message said is there until it is dropped",
  },
  {
    name: "output queue shorter than an update",
    edits: [
      {
        file: "firmware/config.ts",
        find: "  mqttOutputBytes: 2048,",
        replace: "  mqttOutputBytes: 1536,",
      },
    ],
    testFile: "firmware/job/longest-update.test.ts",
    testName: "the longest update of a job fits the output queue",
  },
  {
    name: "versions counted locally",
    edits: [
      {
        file: "firmware/job/updates.ts",
        find: "    this.learn(update.jobId, state === undefined ? undefined : state.versionNumber);",
        replace: "    if (state !== undefined) this.knownVersion = (this.knownVersion ?? 0) + 1;",
      },
    ],
    testFile: jobsTest,
    testName: "the version is the one that the last reply gave",
  },
  {
    name: "time of queueing not compared",
    edits: [
      {
        file: "firmware/job/identity.ts",
        find: "    mayBeSame(one.queuedAt, other.queuedAt) &&\n",
        replace: "",
      },
      {
        file: "firmware/job/identity.ts",
        find: " &&\n    mayBeSame(one.fingerprint, other.fingerprint)",
        replace: "",
      },
    ],
    testFile: identityTest,
    testName: "during the download: the other file is fetched, and only its end is told",
  },
  {
    name: "document not compared",
    edits: [
      {
        file: "firmware/job/identity.ts",
        find: " &&\n    mayBeSame(one.fingerprint, other.fingerprint)",
        replace: "",
      },
    ],
    testFile: identityTest,
    testName: "in the same second, with another document: the fingerprint tells",
  },
  {
    name: "end told whoever it is",
    edits: [
      {
        file: "firmware/update/reporter.ts",
        find: "isSameRun(pending, execution)",
        replace: "pending.jobId === execution.jobId",
      },
    ],
    testFile: identityTest,
    testName: "over a reset, with the end in the outbox: it is dropped",
  },
  {
    name: "version learned from a notice",
    edits: [
      {
        file: "firmware/job/jobs.ts",
        find: "    this.options.events.onNextChanged(execution);",
        replace:
          "    if (execution !== undefined) this.learn(execution);\n" +
          "    this.options.events.onNextChanged(execution);",
      },
    ],
    testFile: jobsTest,
    testName: "a notice teaches no version: it may tell of another job with the same id",
  },
  {
    name: "a question for each notice",
    edits: [
      {
        file: "firmware/update/answers.ts",
        find: "if (this.options.isAsking()) this.notice = notice;\n    else this.consider(notice);",
        replace: "this.consider(notice);",
      },
    ],
    testFile: identityTest,
    testName: "by the thousand: one question under way, one to follow, and the connection holds",
  },
  {
    name: "acknowledged before it is whole",
    edits: [
      {
        file: "firmware/mqtt/connection.ts",
        find: '    if (packet.cmd === "publish") this.messageId = packet.messageId;\n',
        replace:
          '    if (packet.cmd === "publish" && packet.messageId !== 0)\n' +
          '      this.send({ cmd: "puback", messageId: packet.messageId });\n',
      },
    ],
    testFile: clientTest,
    testName: "a message that breaks off is not acknowledged, and is read from its start again",
  },
  {
    name: "read without room to acknowledge",
    edits: [
      {
        file: "firmware/mqtt/connection.ts",
        find: " && this.queue.length() <= acknowledgementsMaxBytes",
        replace: "",
      },
    ],
    testFile: clientTest,
    testName: "reads on when there is room for acknowledgements: none is left out",
  },
];
