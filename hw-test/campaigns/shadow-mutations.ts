import type { Mutation } from "./mutation.ts";

const file = "firmware/update/shadow-report.ts";
const testFile = "firmware/update/shadow-report.test.ts";

/** Bugs that would have the shadow lie, cost the link, or stand in the way of jobs. */
export const shadowMutations: readonly Mutation[] = [
  {
    name: "a forbidden shadow tried for ever",
    edits: [{ file, find: " || note.attempts >= ATTEMPT_MAX", replace: "" }],
    testFile,
    testName: "costs three connections where the broker forbids it, and the jobs go on",
  },
  {
    name: "a shadow's publish that outlives its connection",
    edits: [
      {
        file: "firmware/mqtt/in-flight.ts",
        find: "      if (publish.onAcknowledged !== undefined) this.publishes.splice(index, 1);\n",
        replace: "",
      },
    ],
    testFile,
    testName: "costs three connections where the broker forbids it, and the jobs go on",
  },
  {
    name: "the shadow told at each start",
    edits: [
      {
        file,
        find: "this.write({ attempts: 0, crc, result });",
        replace: "this.write({ attempts: 0, crc: 0, result });",
      },
    ],
    testFile,
    testName: "tells what runs on the first connection, and after that not at any",
  },
  {
    name: "the shadow told before the job",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: "  private succeed(job: EndedJob, detail?: string): void {\n",
        replace:
          "  private succeed(job: EndedJob, detail?: string): void {\n    this.shadow?.tell();\n",
      },
    ],
    testFile,
    testName: "tells the new image and the job's end, after the job was told",
  },
  {
    name: "the last result lost by a cut",
    edits: [
      {
        file: "firmware/update/reporter.ts",
        find: "    this.onEnd(pending);\n    this.tryStore(() => this.outbox.settle(jobId));\n",
        replace: "    this.tryStore(() => this.outbox.settle(jobId));\n    this.onEnd(pending);\n",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 cut=63a",
  },
];
