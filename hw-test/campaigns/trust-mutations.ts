import type { Mutation } from "./mutation.ts";

const trustTest = "hw-test/faults/trust.test.ts";
const rollbackTest = "hw-test/faults/rollback.test.ts";
const ownSignatureTest = "hw-test/faults/own-signature.test.ts";
const releaseTest = "firmware/verify/release.test.ts";
const jobsTest = "firmware/job/jobs.test.ts";

/** Bugs that would let run what nobody has signed, or what is no longer to run. */
export const trustMutations: readonly Mutation[] = [
  {
    name: "counter not raised at confirm",
    edits: [
      {
        file: "firmware/update/confirmed.ts",
        find: "trust.keep(Math.max(job?.counter ?? 0, runningCounter(platform)));",
        replace: "trust.keep(0);",
      },
    ],
    testFile: trustTest,
    testName: "only rises: an older signed release is refused, after a rollback too",
  },
  {
    name: "counter lowered by rollback",
    edits: [
      {
        file: "firmware/update/trust.ts",
        find: "Math.max(counter, this.floor())",
        replace: "counter",
      },
    ],
    testFile: trustTest,
    testName: "stays where it is after a rollback, which goes to an image that had it",
  },
  {
    name: "rollback below the floor",
    edits: [
      {
        file: "firmware/update/rollback.ts",
        find: " || former.counter < trust.floor()",
        replace: "",
      },
    ],
    testFile: trustTest,
    testName: "only rises: an older signed release is refused, after a rollback too",
  },
  {
    name: "rollback to any image",
    edits: [
      {
        file: "firmware/update/former.ts",
        find: " || hexText(identityBytes(image)) !== identity",
        replace: "",
      },
    ],
    testFile: rollbackTest,
    testName: "is refused when a job was taken away whose image had been verified",
  },
  {
    name: "rollback without a new digest",
    edits: [
      {
        file: "firmware/update/former.ts",
        find: "digests.wrong() === undefined",
        replace: "true",
      },
    ],
    testFile: rollbackTest,
    testName: "is refused when one bit of the former image has changed",
  },
  {
    name: "first page left after a failure",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: "    if (isChecking) this.spoilSlot();\n",
        replace: "",
      },
    ],
    testFile: rollbackTest,
    testName: "is refused after a job that ended with IMAGE_SHA256, and page 0 is blank",
  },
  {
    name: "armed slot not checked again",
    edits: [
      {
        file: "firmware/update/job-run.ts",
        find: "this.isStale = this.identity !== undefined;",
        replace: "this.isStale = false;",
      },
    ],
    testFile: trustTest,
    testName: "is checked again when the gate opens",
  },
  {
    name: "domain left out",
    edits: [
      {
        file: "firmware/verify/release.ts",
        find: "encodeUtf8Into(DOMAIN, bytes, 0)",
        replace: "0",
      },
      {
        file: "firmware/verify/release.ts",
        find: "DOMAIN.length + utf8Length(hardware)",
        replace: "utf8Length(hardware)",
      },
    ],
    testFile: releaseTest,
    testName: "is what the document says, by other encoders",
  },
  {
    name: "statement without hardware",
    edits: [
      {
        file: "firmware/verify/release.ts",
        find: "putText(bytes, at, hardware)",
        replace: 'putText(bytes, at, "")',
      },
      {
        file: "firmware/verify/release.ts",
        find: "DOMAIN.length + utf8Length(hardware)",
        replace: "DOMAIN.length",
      },
    ],
    testFile: trustTest,
    testName:
      "for other hardware, which the job does not say is refused before a byte is downloaded",
  },
  {
    name: "hardware not compared",
    edits: [
      {
        file: "firmware/update/admission.ts",
        find: "if (hardware !== settings.hardware) {",
        replace: "if (hardware !== undefined && hardware !== settings.hardware) {",
      },
    ],
    testFile: trustTest,
    testName: "that names no hardware is refused by a tracker that has a hardware id",
  },
  {
    name: "expiry not looked at",
    edits: [
      {
        file: "firmware/update/admission.ts",
        find: "nowS > expires",
        replace: "nowS > expires + 4_000_000_000",
      },
    ],
    testFile: trustTest,
    testName: "that has expired is refused before a byte is downloaded",
  },
  {
    name: "higher s taken",
    edits: [
      {
        file: "firmware/update/release-check.ts",
        find: '  if (!hasLowS(raw)) throw new Failure("SIGNATURE", "not in its lower form");\n',
        replace: "",
      },
    ],
    testFile: trustTest,
    testName: "with the twin of its signature is refused before a byte is downloaded",
  },
  {
    name: "image's own signature not checked",
    edits: [
      {
        file: "firmware/update/job-run.ts",
        find: "if (check === undefined) this.arm(identity);",
        replace: "if (check !== undefined) this.arm(identity);",
      },
    ],
    testFile: ownSignatureTest,
    testName: "by a trusted key is checked before the swap: a broken one is refused",
  },
  {
    name: "successor that checks nothing",
    edits: [
      {
        file: "firmware/update/trial.ts",
        find: "const breach = this.options.trust.breach();",
        replace: "const breach = undefined as string | undefined;",
      },
    ],
    testFile: trustTest,
    testName: "that checks nothing any more is reverted",
  },
  {
    name: "successor that keeps no key",
    edits: [
      {
        file: "firmware/update/trust.ts",
        find: "if (isMarked(value, at, key)) return undefined;",
        replace: "if (key.byteLength > 0) return undefined;",
      },
    ],
    testFile: trustTest,
    testName: "that trusts none of the keys before is reverted",
  },
  {
    name: "resets not counted",
    edits: [
      {
        file: "firmware/update/after-reset.ts",
        find: "record.resets + (isFruitless ? 1 : 0)",
        replace: "record.resets",
      },
    ],
    testFile: trustTest,
    testName: "ends with RESET_LOOP, and the next one is taken",
  },
  {
    name: "failed jobs do not wait",
    edits: [
      {
        file: "firmware/update/streak.ts",
        find: "this.count() + 1",
        replace: "this.count()",
      },
    ],
    testFile: trustTest,
    testName: "wait longer and longer, over resets: 300 of them wear no page out",
  },
  {
    name: "another's answer acted on",
    edits: [
      {
        file: "firmware/job/request.ts",
        find: "this.fields !== undefined && clientToken === this.token",
        replace: "this.fields !== undefined",
      },
    ],
    testFile: jobsTest,
    testName: "a reply counts once, and only with the token",
  },
  {
    name: "log as it comes",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: "const log = printableLog(options.platform.log);",
        replace: "const { log } = options.platform;",
      },
    ],
    testFile: trustTest,
    testName: "is one clean line of the log, whatever it says",
  },
];
