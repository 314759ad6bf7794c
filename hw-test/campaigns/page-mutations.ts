import type { Mutation } from "./mutation.ts";

/** Bugs of the page that shows a run: one lies about the flash, two let strangers in. */
export const pageMutations: readonly Mutation[] = [
  {
    name: "a half-swapped slot taken for the old image",
    edits: [
      {
        file: "hw-test/web/record/page-watch.ts",
        find: "this.oldPages ??= ",
        replace: "this.oldPages = ",
      },
    ],
    testFile: "hw-test/web/record/page-watch.test.ts",
    testName: "tells old from new after a power cut in the swap as before it",
  },
  {
    name: "what a tracker says taken for markup",
    edits: [
      {
        file: "hw-test/web/server/page-file.ts",
        find: 'data.replaceAll("<", "\\\\u003c")',
        replace: "data",
      },
    ],
    testFile: "hw-test/web/server/page-file.test.ts",
    testName: "takes nothing from a run for markup",
  },
  {
    name: "orders of anybody",
    edits: [
      {
        file: "hw-test/web/server/live-server.ts",
        find: 'if (!isToken(request.headers["x-token"], context.token)) {',
        replace: 'if (context.token === "") {',
      },
    ],
    testFile: "hw-test/web/server/live-server.test.ts",
    testName: "takes every order of a page, and none without the page's token",
  },
];
