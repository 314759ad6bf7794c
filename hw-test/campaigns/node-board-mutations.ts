import type { Mutation } from "./mutation.ts";

/** Bugs of the board that runs in Node, which would show an update that did not take place. */
export const nodeBoardMutations: readonly Mutation[] = [
  {
    name: "a write that sets bits",
    edits: [
      {
        file: "hw-test/trackers/node/flash-chip.ts",
        find: "((now[at] ?? 0) & byte) === byte",
        replace: "((now[at] ?? 0) | byte) >= byte",
      },
    ],
    testFile: "hw-test/trackers/node/flash-chip.test.ts",
    testName: "never sets a bit by writing",
  },
  {
    name: "a bank's head before its records",
    edits: [
      {
        file: "hw-test/trackers/node/key-value.ts",
        find: "    let end = HEAD_BYTES;\n    const entries = this.entries();\n",
        replace:
          "    let end = HEAD_BYTES;\n    const entries = this.entries();\n" +
          "    this.writeHead(start, ((old?.sequence ?? 0) + 1) >>> 0);\n",
      },
      {
        file: "hw-test/trackers/node/key-value.ts",
        find: "    this.writeHead(start, sequence);\n",
        replace: "",
      },
    ],
    testFile: "hw-test/trackers/node/key-value.test.ts",
    testName: "keeps what lives when the move to the other bank is cut, at each operation of it",
  },
  {
    name: "any image taken for JavaScript",
    edits: [
      {
        file: "tools/image/script-body.ts",
        find: "if (bytes.subarray(0, HEAD.length).equals(Buffer.from(HEAD))) {",
        replace: "if (bytes.length >= 0) {",
      },
    ],
    testFile: "hw-test/trackers/node/node-board.test.ts",
    testName: "crashes on an image of another board, and says which",
  },
  {
    name: "Node's own globals for the script",
    edits: [
      {
        file: "hw-test/trackers/node/processor.ts",
        find: "    parsingContext,\n",
        replace: "",
      },
    ],
    testFile: "hw-test/trackers/node/node-board.test.ts",
    testName: "gives a script the language, its modules, trace and System, and nothing of Node",
  },
];
