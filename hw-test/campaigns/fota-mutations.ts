import type { Mutation } from "./mutation.ts";

/** Bugs of the command `fota`: keys given away, releases that are not what they say. */
export const fotaMutations: readonly Mutation[] = [
  {
    name: "a key that all can read",
    edits: [{ file: "tools/fota/verbs/keygen.ts", find: "mode: 0o600", replace: "mode: 0o644" }],
    testFile: "tools/fota/verbs/keygen.test.ts",
    testName: "makes a key that a build trusts, for its owner's eyes alone",
  },
  {
    name: "a key written over",
    edits: [
      {
        file: "tools/fota/verbs/keygen.ts",
        find: "    if (force) renameSync(",
        replace: "    if (force || path) renameSync(",
      },
    ],
    testFile: "tools/fota/verbs/keygen.test.ts",
    testName: "keeps a key that is there, whatever it is, unless --force is given",
  },
  {
    name: "an image packed without its counter",
    edits: [
      {
        file: "tools/fota/pack/image.ts",
        find: "    ...(counter !== undefined && { securityCounter: counter }),\n",
        replace: "",
      },
    ],
    testFile: "tools/fota/pack/pack.test.ts",
    testName:
      "writes images by the table, HEX that two readers agree on, and a statement that holds",
  },
  {
    name: "a wrong digest not told",
    edits: [
      {
        file: "tools/image/anatomy.ts",
        find: "      if (!digest.equals(value)) {",
        replace: "      if (digest.length !== value.length) {",
      },
    ],
    testFile: "tools/image/anatomy.test.ts",
    testName: "says no where readImage does, and yes where it does, for any damage",
  },
  {
    name: "executions not kept",
    edits: [
      {
        file: "hw-test/cloud/jobs/records.ts",
        find: "      for (const execution of executions) this.keepExecution(execution);\n",
        replace: "",
      },
    ],
    testFile: "hw-test/cloud/store/restart.test.ts",
    testName: "a cloud that goes on knows every job and execution as it was told last",
  },
  {
    name: "a rollout that ends with the process",
    edits: [
      {
        file: "hw-test/cloud/jobs/control.ts",
        find: 'if (job.status === "IN_PROGRESS") this.rollout.resume(job);',
        replace: "",
      },
    ],
    testFile: "hw-test/cloud/store/restart.test.ts",
    testName: "timers, rollouts and schedules go on",
  },
  {
    name: "another file than the job's uploaded",
    edits: [
      {
        file: "tools/fota/deploy/release-file.ts",
        find: "  requireSame(hexPath, hex, facts);\n",
        replace: "",
      },
    ],
    testFile: "tools/fota/deploy/deploy.test.ts",
    testName: "sends nothing that is not what its job document says",
  },
  {
    name: "a way back below the counter",
    edits: [
      {
        file: "tools/fota/jobs/way-back.ts",
        find: "back.securityCounter < taken.securityCounter",
        replace: "back.securityCounter > taken.securityCounter",
      },
    ],
    testFile: "tools/fota/deploy/deploy.test.ts",
    testName: "refuses the way back that the tracker's own admission refuses",
  },
];
