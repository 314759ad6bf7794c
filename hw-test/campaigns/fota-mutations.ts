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
];
