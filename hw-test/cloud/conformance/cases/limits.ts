import type { JsonObject } from "../../json.ts";
import type { Bench } from "../bench.ts";
import { assumed, type ConformanceCase, captured, documented, model, pages } from "../case.ts";
import { accepted, rejected } from "../expect.ts";

/** Requests that are refused for what they are, each with its code; nothing may change by them. */
export const limitCases: readonly ConformanceCase[] = [
  {
    name: "a payload that is no JSON is InvalidJson",
    source: documented(pages.errors),
    async run(bench) {
      const device = await bench.device();
      rejected(await device.request("get", "{"), "InvalidJson");
    },
  },
  {
    name: "a topic without an operation is InvalidTopic",
    source: documented(pages.errors),
    async run(bench) {
      const device = await bench.device();
      rejected(await device.request("no-such-request"), "InvalidTopic");
    },
  },
  {
    name: "an update without a status, or with an unknown one, is InvalidRequest",
    source: documented(pages.errors),
    run: (bench) => refuses(bench, [{}, { status: "DONE" }]),
  },
  {
    name: "CANCELED, TIMED_OUT and REMOVED are no transition for a device: InvalidStateTransition",
    source: captured(pages.live),
    run: (bench) =>
      refuses(
        bench,
        ["CANCELED", "TIMED_OUT", "REMOVED"].map((status) => ({ status })),
        "InvalidStateTransition",
      ),
  },
  {
    name: "QUEUED, which only the service sets, is InvalidRequest",
    source: assumed(`${pages.states}; no page names the code`),
    run: (bench) => refuses(bench, [{ status: "QUEUED" }]),
  },
  {
    name: "a details key is 1 to 128 of [a-zA-Z0-9:_-], a value 1 to 1,024 characters",
    source: model(pages.jobsData),
    async run(bench) {
      const refused = [{ "a b": "v" }, { ["k".repeat(129)]: "v" }, { k: "" }];
      await refuses(bench, [...refused, { k: "v".repeat(1025) }].map(withDetails));
      await takes(bench, [{ ["k".repeat(128)]: "v" }, { "a:_-Z9": "v".repeat(1024) }]);
    },
  },
  {
    name: "a details value is a string",
    source: model(pages.jobsData),
    run: (bench) => refuses(bench, [withDetails({ k: 5 })]),
  },
  {
    name: "there are at most ten details",
    source: assumed(`${pages.jobQuotas}; not seen`),
    async run(bench) {
      const pairs = Array.from({ length: 11 }, (_, index) => [`k${index}`, "v"] as const);
      await refuses(bench, [withDetails(Object.fromEntries(pairs))]);
      await takes(bench, [Object.fromEntries(pairs.slice(1))]);
    },
  },
  {
    name: "a step timer is 1 to 10,080 minutes",
    source: model(pages.jobsData),
    run: (bench) =>
      refuses(
        bench,
        [0, 10_081].map((minutes) => ({ status: "IN_PROGRESS", stepTimeoutInMinutes: minutes })),
      ),
  },
  {
    name: "a clientToken is at most 64 characters",
    source: assumed("the model of the control plane; the device topics may differ"),
    run: (bench) => refuses(bench, [{ status: "IN_PROGRESS", clientToken: "t".repeat(65) }]),
  },
];

function withDetails(statusDetails: JsonObject): JsonObject {
  return { status: "IN_PROGRESS", statusDetails };
}

async function refuses(
  bench: Bench,
  updates: readonly JsonObject[],
  code = "InvalidRequest",
): Promise<void> {
  const device = await bench.device();
  const jobId = await bench.createJob();
  for (const update of updates) {
    rejected(await device.request(`${jobId}/update`, update), code);
  }
  // Still version 1: none of them has changed anything.
  accepted(await device.request(`${jobId}/update`, { status: "IN_PROGRESS", expectedVersion: 1 }));
}

async function takes(bench: Bench, details: readonly JsonObject[]): Promise<void> {
  const device = await bench.device();
  const jobId = await bench.createJob();
  for (const one of details) {
    accepted(await device.request(`${jobId}/update`, withDetails(one)));
  }
}
