import type { Mutation } from "./mutation.ts";

/** Bugs of the boot side on ESP-IDF's partitions, the firmware's and the bootloader's. */
export const otaMutations: readonly Mutation[] = [
  {
    name: "otadata asked for twice",
    edits: [
      {
        file: "firmware/swap/ota-boot.ts",
        find: "    if (this.isSwapRequested()) return;\n    this.forgetNext();\n",
        replace: "    this.ota.bootsNext();\n",
      },
    ],
    testFile: "firmware/swap/ota-boot.test.ts",
    testName: "asks once: a second request would take the entry of the running image",
  },
  {
    name: "marked valid before the self-test",
    edits: [
      {
        file: "firmware/swap/ota-boot.ts",
        find: "  secureRevert(): void {}",
        replace: "  secureRevert(): void {\n    this.confirm();\n  }",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 boot=esp-idf image=sick",
  },
  {
    name: "pending image not aborted",
    edits: [
      {
        file: "hw-test/desk/esp-idf-model.ts",
        find: 'this.otadata.write(sector, entry.seq, "aborted");',
        replace: "",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 boot=esp-idf image=crash",
  },
  {
    name: "otadata written before its erase",
    edits: [
      {
        file: "hw-test/desk/otadata.ts",
        find: "    this.erase(sector);\n    this.flash.write(",
        replace: "    this.flash.write(",
      },
    ],
    campaign: "power",
    caseName: "map=p512w4 boot=esp-idf",
  },
  {
    name: "a refused image's entry left",
    edits: [
      {
        file: "firmware/swap/ota-boot.ts",
        find: "    this.forgetNext();\n    const error",
        replace: "    const error",
      },
    ],
    testFile: "firmware/swap/ota-boot.test.ts",
    testName: "clears what a refused image has left before it asks again",
  },
  {
    name: "a lost note taken for a revert",
    edits: [
      {
        file: "firmware/update/judge.ts",
        find: '  unknown: Object.freeze({ kind: "resume" }),',
        replace: '  unknown: failed("REVERTED"),',
      },
    ],
    testFile: "firmware/update/judge.test.ts",
    testName: "a cut has taken the note of the request: resume",
  },
  {
    name: "an ESP-IDF image of another form taken",
    edits: [
      {
        file: "firmware/verify/esp-image.ts",
        find: '  if (header.getUint8(HASH_APPENDED) !== 1) return broken("no appended SHA-256");\n',
        replace: "",
      },
    ],
    testFile: "firmware/verify/esp-image.test.ts",
    testName: "is refused without a SHA-256",
  },
];
