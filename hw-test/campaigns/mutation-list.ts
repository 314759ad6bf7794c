import { cloudMutations } from "./cloud-mutations.ts";
import { fleetMutations } from "./fleet-mutations.ts";
import { fotaMutations } from "./fota-mutations.ts";
import { jobMutations } from "./job-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { nodeBoardMutations } from "./node-board-mutations.ts";
import { otaMutations } from "./ota-mutations.ts";
import { pageMutations } from "./page-mutations.ts";
import { patchMutations } from "./patch-mutations.ts";
import { shadowMutations } from "./shadow-mutations.ts";
import { trustMutations } from "./trust-mutations.ts";

export const mutations: readonly Mutation[] = [
  {
    name: "magic written first",
    edits: [
      {
        file: "firmware/swap/mcuboot.ts",
        find: "    if (!usable || !hasType) {",
        replace: "    writeMagic(this.secondary);\n    if (!usable || !hasType) {",
      },
      {
        file: "firmware/swap/mcuboot.ts",
        find: "    }\n    writeMagic(this.secondary);",
        replace: "    }",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 cut=15a",
  },
  {
    name: "journal ahead of the data",
    edits: [
      {
        file: "firmware/slot/writer.ts",
        find: "      this.page.erase(this.pageIndex);\n",
        replace: `      const check = this.check;
      this.erased.add(this.pageIndex);
      this.check ^= pageCheck(this.pageIndex, this.page.bytes);
      this.options.onPageWritten();
      this.check = check;
      this.page.erase(this.pageIndex);
`,
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 cut=5b",
  },
  {
    name: "confirmed before the cloud",
    edits: [
      {
        file: "firmware/confirm/self-test.ts",
        find: "!this.applicationOk || !this.cloudOk",
        replace: "!this.applicationOk",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 image=offline",
  },
  {
    name: "confirmed at once",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: "    this.connect();\n  }",
        replace: "    this.connect();\n    this.platform.boot.confirm();\n  }",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 image=sick",
  },
  {
    name: "200 to a range appended",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: "    const skipped = this.file.skip(length);\n",
        replace: "    const skipped = 0;\n",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 file=1:1500:drop http=2:whole:1000",
  },
  {
    name: "erase skipped",
    edits: [
      {
        file: "firmware/slot/writer.ts",
        find: "      this.page.erase(this.pageIndex);\n",
        replace: "",
      },
    ],
    campaign: "torn",
    caseName: "map=p512w4 cut=5i",
  },
  {
    name: "read-back skipped",
    edits: [
      {
        file: "firmware/slot/page-buffer.ts",
        find: '      if (!this.isChunkEqual(at)) this.fail("FLASH_WRITE", pageIndex);\n',
        replace: "",
      },
    ],
    campaign: "bits",
    caseName: "map=p512w4 bit=stuckBit:1:1",
  },
  {
    name: "outbox not kept",
    edits: [
      {
        file: "firmware/update/reporter.ts",
        find: "    this.tryStore(() => this.outbox.put(update));\n    this.send",
        replace: "    this.send",
      },
    ],
    testFile: "hw-test/faults/identity.test.ts",
    testName: "over a reset, with the end in the outbox: it is dropped",
  },
  {
    name: "SUCCEEDED before the reset",
    edits: [
      {
        file: "firmware/update/update.ts",
        find: '      case "swapRequested":\n',
        replace: `      case "swapRequested":
        if (this.run !== undefined) this.reporter.succeed(this.run.job);
`,
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 image=crash",
  },
  {
    name: "resumed without the ETag",
    edits: [
      {
        file: "firmware/download/validator.ts",
        find: "    return this.isSent() ? this.text : undefined;",
        replace: "    return undefined;",
      },
      {
        file: "firmware/download/validator.ts",
        find: "    return answered === undefined ? this.isSent() : answered === this.text;",
        replace: "    return true;",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 file=1:1500:drop do=newFile:byte:1000",
  },
  {
    name: "cancel not seen",
    edits: [
      {
        file: "firmware/update/job-run.ts",
        find: "    return head === undefined || !isSameExecution(this.job, head);",
        replace: "    return false && head === undefined;",
      },
    ],
    campaign: "jobs",
    caseName: "map=nrf9160 do=cancel:byte:20000",
  },
  {
    name: "URL in the log",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: "{this.route.target.host} from byte",
        replace: "{this.route.target.host + this.route.target.path} from byte",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4",
  },
  {
    name: "reopened page in the journal",
    edits: [
      {
        file: "firmware/update/pipeline.ts",
        find: "onPageReopened: () => journal.clearProgress(),",
        replace: "onPageReopened: () => {},",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 order=pages cut=20i",
  },
  {
    name: "stall not noticed",
    edits: [
      {
        file: "firmware/download/watch.ts",
        find: "    this.beginWindow();\n    this.check();\n",
        replace: "    this.deadline.cancel();\n",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 file=1:1500:stall",
  },
  {
    name: "trickle not noticed",
    edits: [
      {
        file: "firmware/download/watch.ts",
        find: "    else if (windowMs <= 0 && this.windowBytes < config.rateMinBytes) this.events.onTooSlow();\n",
        replace: "",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 http=1:drip:1000",
  },
  {
    name: "an odd answer ends the job",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: "        if (failure instanceof OddAnswer) this.takeOdd(failure);\n        else if",
        replace: "        if",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 http=1:no-range:1",
  },
  {
    name: "no coverage counts as a failure",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: 'else if (reach === "none") this.waitForCoverage(reason);',
        replace:
          'else if (reach === "none") this.retry({ failure: exhausted(reason), progressBytes });',
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 down=files:lose:0.4:3600",
  },
  {
    name: "nothing resumes without a validator",
    edits: [
      {
        file: "firmware/download/partial-file.ts",
        find: " || this.isVouched;",
        replace: ";",
      },
    ],
    campaign: "link",
    caseName:
      "map=p512w4 file=1:700:drop file=2:700:drop file=3:700:drop file=4:700:drop http=1:no-etag:1000",
  },
  {
    name: "share not counted",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: "file.endsEarly() || file.isTooShort()",
        replace: "file.endsEarly()",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 http=1:tinyParts:3000",
  },
  {
    name: "redirects forgotten at each byte",
    edits: [
      {
        file: "firmware/download/route.ts",
        find: "  arrived(): void {\n",
        replace: "  arrived(): void {\n    this.redirectsTotal = 0;\n",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 http=1:redirectEachTime:1000",
  },
  {
    name: "short body taken for whole",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: "        if (this.file.isComplete()) this.finish();\n",
        replace: '        if (reach !== "none") this.finish();\n',
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 file=1:1500:drop",
  },
  {
    name: "checksums not compared",
    edits: [
      {
        file: "firmware/hex/record.ts",
        find: "    if ((sum & 0xff) !== 0) this.refuseChecksum(bytes[index] as number, sum);\n",
        replace: "",
      },
    ],
    campaign: "input",
    caseName: "hex 0+500",
  },
  {
    name: "missing EOF accepted",
    edits: [
      {
        file: "firmware/hex/parser.ts",
        find: '    if (!this.ended) this.place.fail("HEX_NO_EOF", this.chunkOffset, "no end-of-file record");\n',
        replace: "",
      },
    ],
    campaign: "input",
    caseName: "hex 0+500",
  },
  {
    name: "characters not judged",
    edits: [
      {
        file: "firmware/hex/word-decoder.ts",
        find: "(stray & STRAY) === 0 && ",
        replace: "",
      },
    ],
    testFile: "firmware/hex/word-decoder.test.ts",
    testName: "takes no character that is no digit, whatever checksum the record has",
  },
  {
    name: "records in a row not noted",
    edits: [
      {
        file: "firmware/slot/writer.ts",
        find: "    this.given.add(this.runFrom, this.freshFrom);\n",
        replace: "",
      },
    ],
    testFile: "firmware/slot/writer.test.ts",
    testName: "refuses another byte for what records in a row have given, wherever in them",
  },
  {
    name: "read-back by CRC skipped",
    edits: [
      {
        file: "firmware/slot/page-buffer.ts",
        find: "return found === crc32(0, this.bytes, offset, offset + CHUNK_BYTES);",
        replace: "return found >= 0;",
      },
    ],
    testFile: "firmware/slot/writer.test.ts",
    testName:
      "names a page that does not erase, and one that does not take what is written, by the board's CRC",
  },
  {
    name: "revert taken for success",
    edits: [
      {
        file: "firmware/update/judge.ts",
        find: '  reverted: failed("REVERTED"),',
        replace: '  reverted: Object.freeze({ kind: "succeeded" }),',
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 image=crash",
  },
  ...trustMutations,
  ...jobMutations,
  ...otaMutations,
  ...patchMutations,
  ...shadowMutations,
  ...cloudMutations,
  ...fotaMutations,
  ...fleetMutations,
  ...nodeBoardMutations,
  ...pageMutations,
];
