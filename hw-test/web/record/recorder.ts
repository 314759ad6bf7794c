import type { BootName } from "../../../tools/image/formats.ts";
import { PAGE_BYTES } from "../../../tools/image/memory-map.ts";
import type { CloudHooks } from "../../cloud/cloud.ts";
import type { VirtualTracker } from "../../trackers/virtual/tracker.ts";
import { PageWatch } from "./page-watch.ts";
import type { RunFact } from "./run-event.ts";
import type { RunRecord } from "./run-record.ts";

/** Often enough for a curve, and for the page that was worked on last. */
const SAMPLE_MS = 50;
/** Messages of the Jobs service are far below; a tracker's own may be anything. */
const BODY_MAX_CHARS = 40_000;

interface WhatRuns {
  readonly boot: BootName;
  /** What the update brings; undefined if the file cannot be read. */
  readonly newImage: Uint8Array | undefined;
}

/** Records what a tracker does, from its first power-on on. @returns a function that ends it */
export function recordTracker(
  record: RunRecord,
  tracker: VirtualTracker,
  { boot, newImage }: WhatRuns,
): () => void {
  const tell = (fact: RunFact) => record.add(fact);
  const pages = new PageWatch({ flash: tracker.flashFile, boot, newImage, tell });
  tracker.on("console", ({ text }) => record.add({ kind: "console", text }));
  tracker.on("cycleStart", (cause) => {
    pages.readAll();
    record.add({ kind: "powerOn", cause });
  });
  tracker.on("cycleEnd", ({ end, detail }) => {
    pages.settle();
    record.add({ kind: "powerOff", end, detail });
  });
  tracker.on("boot", ({ swap, running, refused }) => {
    pages.settle();
    record.add({ kind: "boot", swap, running, refused });
  });
  tracker.on("flashOperation", ({ kind: operation, ...rest }) => {
    record.add({ kind: "flash", operation, ...rest });
    pages.touch(Math.floor(rest.address / PAGE_BYTES));
  });
  tracker.on("connection", ({ security: server, ...rest }) => {
    record.add({ kind: "connection", server, ...rest });
  });
  const sample = sampler(record, tracker);
  let isOver = false;
  const timer = setInterval(() => {
    sample();
    pages.rest();
  }, SAMPLE_MS);
  return () => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    sample();
    pages.readAll();
  };
}

function sampler(record: RunRecord, { traffic }: VirtualTracker): () => void {
  let last = "";
  return () => {
    const { broker, files } = traffic;
    const sample = { broker: bothWays(broker), files: bothWays(files) };
    const text = JSON.stringify(sample);
    if (text === last) return;
    last = text;
    record.add({ kind: "bytes", ...sample });
  };
}

function bothWays(traffic: VirtualTracker["traffic"]["broker"]): { up: number; down: number } {
  return { up: traffic.fromTrackerBytes, down: traffic.toTrackerBytes };
}

/** Records what the cloud hears, says and thinks of its jobs. */
export function recordCloud(record: RunRecord): CloudHooks {
  const known = new Map<string, string>();
  return {
    onTaken: ({ topic, payload }) => {
      record.add({ kind: "message", from: "tracker", topic, body: shortened(payload) });
    },
    onSent: ({ topic, payload }) => {
      record.add({ kind: "message", from: "cloud", topic, body: shortened(payload) });
    },
    onExecutions: (_, executions) => {
      for (const { job, status, versionNumber, statusDetails } of executions) {
        const { jobId } = job.request;
        const state = { jobId, status, versionNumber, details: statusDetails };
        const text = JSON.stringify(state);
        if (known.get(jobId) === text) continue;
        known.set(jobId, text);
        record.add({ kind: "job", ...state });
      }
    },
  };
}

function shortened(body: string): string {
  if (body.length <= BODY_MAX_CHARS) return body;
  return `${body.slice(0, BODY_MAX_CHARS)} … (${body.length} characters)`;
}
