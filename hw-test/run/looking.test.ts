import assert from "node:assert/strict";
import { it } from "node:test";
import { linkProfiles } from "../trackers/link-profile.ts";
import { orderForms } from "../web/record/orders.ts";
import { Looking } from "./looking.ts";
import { parseOptions } from "./options.ts";

it("nothing is recorded of a run that nobody looks at", async () => {
  const options = parseOptions([]);
  assert.ok(options !== undefined);
  assert.equal(await Looking.start(options), undefined);
});

it("the page offers every profile of the link", () => {
  assert.deepEqual([...orderForms.link.values], Object.keys(linkProfiles));
});
