import assert from "node:assert/strict";
import { it } from "node:test";
import { type Reaction, reactionTo } from "./status.ts";

it("every status has its reaction, and what is not listed is refused", () => {
  const expected: Record<number, Reaction> = {
    200: "whole",
    206: "part",
    301: "redirect",
    302: "redirect",
    303: "redirect",
    307: "redirect",
    308: "redirect",
    401: "denied",
    403: "denied",
    404: "missing",
    410: "missing",
    408: "later",
    425: "later",
    429: "later",
    416: "unsatisfiable",
  };
  for (let status = 200; status <= 599; status += 1) {
    assert.equal(reactionTo(status), expected[status] ?? (status >= 500 ? "later" : "refused"));
  }
});
