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
    testName: "refuses codes that are not whole, as zlib does",
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
  {
    name: "more than was promised",
    edits: [
      {
        file: "firmware/patch/bspatch.ts",
        find: "    if (total > this.newBytes - this.newPosition) {",
        replace: "    if (total > this.newBytes) {",
      },
    ],
    testFile: "firmware/patch/refusals.test.ts",
    testName: "with extra bytes beyond it is refused",
  },
  {
    name: "copies from outside the old image",
    edits: [
      {
        file: "firmware/patch/bspatch.ts",
        find: "    if (length > old.byteLength - oldPosition) {",
        replace: "    if (length > this.newBytes) {",
      },
    ],
    ...fuzzed,
  },
  {
    name: "every chunk's start kept",
    edits: [
      {
        file: "firmware/patch/reader.ts",
        find: "  private beginChunk(): void {\n",
        replace:
          "  private readonly starts: PatchPosition[] = [];\n" +
          "  private beginChunk(): void {\n    this.starts.push(this.chunk);\n",
      },
    ],
    ...fuzzed,
  },
  {
    name: "bytes behind a chunk's stream",
    edits: [
      {
        file: "firmware/patch/reader.ts",
        find: "    if (this.chunkLeft > 0 || inflate.hasUnused) fail(",
        replace: "    if (this.chunkLeft > 0) fail(",
      },
    ],
    testFile: "firmware/patch/refusals.test.ts",
    testName: "with a stream shorter than its chunk is refused",
  },
  {
    name: "a whole image in one step",
    edits: [
      {
        file: "firmware/update/patch-stage.ts",
        find: "      stepBytes: secondary.geometry.blockLength,",
        replace: "      stepBytes: secondary.geometry.byteLength,",
      },
    ],
    testFile: "firmware/update/patch-stage.test.ts",
    testName: "makes a page of the image a turn, whatever few bytes stand for",
  },
  {
    name: "resumed at the first chunk",
    edits: [
      {
        file: "firmware/update/patch-stage.ts",
        find: "    return { hex: undefined, patch: this.reader.position(), fileCrc: 0 };",
        replace:
          "    this.first ??= this.reader.position();\n" +
          "    return { hex: undefined, patch: this.first, fileCrc: 0 };",
      },
      {
        file: "firmware/update/patch-stage.ts",
        find: "  private readonly reader: PatchReader;\n",
        replace:
          "  private readonly reader: PatchReader;\n" +
          '  private first: ReturnType<PatchReader["position"]> | undefined;\n',
      },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "resumes at a chunk after a reset at any byte, with one more fetched at most: patch",
  },
  {
    name: "a failed patch tried again",
    edits: [
      { file: "firmware/update/image-fetch.ts", find: "    this.note(code);\n", replace: "" },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "is not tried again after a reset, whenever that comes",
  },
  {
    name: "a failed patch fails its job",
    edits: [
      {
        file: "firmware/update/image-fetch.ts",
        find: "    if (this.options.job.offer === undefined) this.options.events.onFailed(failure);",
        replace: "    if (failure.code !== undefined) this.options.events.onFailed(failure);",
      },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "is not tried again: a stream that lies",
  },
  {
    name: "a patch of another image taken",
    edits: [
      {
        file: "firmware/job/patch-offers.ts",
        find: "from.text()?.toLowerCase() !== this.running",
        replace: "from.text() === undefined",
      },
    ],
    testFile: "firmware/job/patch-offers.test.ts",
    testName: "choose the smallest that fits, of any list",
  },
  {
    name: "the last patch that fits taken",
    edits: [
      {
        file: "firmware/job/patch-offers.ts",
        find: "    if (this.best === undefined || size < this.best.size) this.best",
        replace: "    this.best",
      },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "takes the smallest that fits, wherever it stands in the list",
  },
  {
    name: "a patch without a digest taken",
    edits: [
      {
        file: "firmware/update/active-job.ts",
        find: " && document.sha256 !== undefined",
        replace: "",
      },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "is done over the HEX file where no SHA-256 vouches for what a patch makes",
  },
  {
    name: "bytes let go while they are in use",
    edits: [
      { file: "firmware/download/connection.ts", find: "    this.isHeld = true;\n", replace: "" },
    ],
    testFile: "firmware/download/download.property.test.ts",
    testName: "comes in order and once, whatever the ranges, chunks, pieces and buffers",
  },
  {
    name: "a loss that overtakes held bytes",
    edits: [
      {
        file: "firmware/download/connection.ts",
        find: "        if (this.isHeld) this.loseLater(reason);\n        else this.lose(reason);",
        replace: "        this.lose(reason);",
      },
    ],
    testFile: "firmware/download/connection.test.ts",
    testName: "tells of its loss when they are not needed any more",
  },
  {
    name: "a patch given up for one odd answer",
    edits: [
      {
        file: "firmware/download/budget.ts",
        find: "    if (this.attempts >= config.downloadAttemptMax) throw failure;",
        replace: "    if (this.attempts >= 1) throw failure;",
      },
    ],
    campaign: "link",
    caseName: "map=p512w4 way=patch http=1:garbage:1",
  },
  {
    name: "a patch given up for a dead network",
    edits: [
      {
        file: "firmware/download/download.ts",
        find: '        else if (reach === "none") this.waitForCoverage(reason);\n',
        replace: "",
      },
    ],
    testFile: "hw-test/faults/patches.test.ts",
    testName: "waits out a network that is dead, and is not given up",
  },
  {
    name: "short names in a row",
    edits: [
      {
        file: "tools/build/names-that-stay.mjs",
        find: "hash % SHORT_NAMES.length",
        replace: "(taken.size + choice + 0 * hash) % SHORT_NAMES.length",
      },
    ],
    testFile: "tools/build/names-that-stay.test.ts",
    testName: "stay where others come and go, but for a few that wanted the same",
  },
];
