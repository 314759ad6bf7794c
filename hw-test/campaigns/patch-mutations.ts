import type { Mutation } from "./mutation.ts";

const readerTest = "firmware/patch/reader.test.ts";
const fuzzed = { campaign: "input", caseName: "patch 0+500" } as const;

/** Bugs that would believe a patch, or lose something between its chunks. */
export const patchMutations: readonly Mutation[] = [
  {
    name: "base not compared",
    edits: [
      {
        file: "firmware/patch/base-check.ts",
        find: "    this.compare();\n",
        replace: "",
      },
    ],
    ...fuzzed,
  },
  {
    name: "codes that are not whole",
    edits: [
      {
        file: "firmware/patch/huffman.ts",
        find: "    return left === 0 || total === 0",
        replace: "    return left >= 0 || total === 0",
      },
    ],
    testFile: "firmware/patch/inflate.test.ts",
    testName: "of a damaged stream says what zlib says: the same bytes, or that it is none",
  },
  {
    name: "references into the chunk before",
    edits: [
      {
        file: "firmware/patch/inflate.ts",
        find: "    this.left = maxBytes;\n    this.made = 0;\n",
        replace: "    this.left = maxBytes;\n",
      },
    ],
    testFile: "firmware/patch/inflate.test.ts",
    testName: "starts anew with nothing of the stream before",
  },
  {
    name: "a chunk begun before the last one is out",
    edits: [
      {
        file: "firmware/patch/reader.ts",
        find: "    images.flush();\n",
        replace: "",
      },
    ],
    testFile: readerTest,
    testName:
      "whose power fails anywhere resumes at its chunk, and no page is erased again but the cut one",
  },
];
