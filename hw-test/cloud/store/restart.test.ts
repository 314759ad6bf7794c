import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { ControlJobs } from "../jobs/control.ts";
import { DeviceJobs } from "../jobs/device.ts";
import { Ledger } from "../jobs/ledger.ts";
import { createNames } from "../names.ts";
import { Principals } from "../registry/principals.ts";
import { Registry } from "../registry/registry.ts";
import { Shadows } from "../registry/shadows.ts";
import { ObjectStore } from "../s3/objects.ts";
import { ServiceError } from "../serviceError.ts";
import { createTestClock } from "../testing/clock.ts";
import { Database } from "./database.ts";

const folder = mkdtempSync(join(tmpdir(), "cloud-store-"));
after(() => rmSync(folder, { recursive: true }));

const minuteMs = 60_000;
const names = createNames("eu-west-1");
const things = ["a", "b", "c"];
let databases = 0;

/** What a cloud knows, without its sockets, over one file, which can be closed and opened again. */
class Rig {
  readonly clock = createTestClock(1_700_000_000_000);
  private readonly path = join(folder, `${databases++}.mdb`);
  private database = new Database(this.path);
  cloud = this.open();

  async restart(): Promise<void> {
    this.cloud.ledger.stop();
    await this.database.close();
    this.database = new Database(this.path);
    this.cloud = this.open();
  }

  async close(): Promise<void> {
    this.cloud.ledger.stop();
    await this.database.close();
  }

  private open() {
    const { clock, database: tables } = this;
    const registry = new Registry(names, tables);
    const presign = () => "";
    const ledger = new Ledger({ clock, presign, onNotification: () => undefined, tables });
    const control = new ControlJobs({ ledger, registry, jobArn: names.job });
    const device = new DeviceJobs(ledger);
    for (const thing of things) registry.createThing(thing);
    registry.createGroup("all");
    for (const thing of things) registry.addToGroup("all", thing);
    return { registry, ledger, control, device };
  }

  /** Jobs and executions, as far as anybody could ask. */
  get told(): unknown {
    const { ledger } = this.cloud;
    const jobs = [...ledger.jobs.values()].map(({ timers: _, ...job }) => job);
    const executions = things.flatMap((thing) => ledger.ofThing(thing));
    return { jobs, executions: executions.map(({ job, ...one }) => [job.request.jobId, one]) };
  }

  status(thing: string, jobId: string): string {
    return this.cloud.ledger.execution(thing, jobId).status;
  }
}

/** One request, which may be refused. */
const request = fc.oneof(
  fc.record({ kind: fc.constant("create" as const), rate: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("start" as const), thing: fc.constantFrom(...things) }),
  fc.record({
    kind: fc.constant("update" as const),
    thing: fc.constantFrom(...things),
    status: fc.constantFrom("IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED"),
    job: fc.nat({ max: 5 }),
  }),
  fc.record({
    kind: fc.constantFrom("cancel" as const, "delete" as const),
    job: fc.nat({ max: 5 }),
    force: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("change" as const), job: fc.nat({ max: 5 }) }),
  fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 150 }) }),
);
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function ask(rig: Rig, one: Request, nextJob: () => string): void {
  const { control, device } = rig.cloud;
  switch (one.kind) {
    case "create":
      control.create({
        jobId: nextJob(),
        targets: [names.thingGroup("all")],
        document: "{}",
        inProgressTimeoutMinutes: 2,
        rollout: { maximumPerMinute: one.rate },
        retry: [{ failureType: "FAILED", numberOfRetries: 1 }],
      });
      break;
    case "start":
      device.startNext(one.thing, { stepTimeoutMinutes: 1 });
      break;
    case "update":
      device.update(one.thing, {
        jobId: `job-${one.job}`,
        status: one.status,
        statusDetails: { percent: "5" },
      });
      break;
    case "cancel":
      control.cancel({ jobId: `job-${one.job}`, force: one.force });
      break;
    case "delete":
      control.delete(`job-${one.job}`, one.force);
      break;
    case "change":
      control.update(`job-${one.job}`, { description: "other" });
      break;
    case "wait":
      rig.clock.advance(one.seconds * 1000);
  }
}

test("a cloud that goes on knows every job and execution as it was told last", async () => {
  const run = fc.asyncProperty(fc.array(request, { maxLength: 30 }), async (requests) => {
    const rig = new Rig();
    let jobs = 0;
    for (const one of requests) {
      try {
        ask(rig, one, () => `job-${jobs++}`);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
      }
    }
    const before = rig.told;
    await rig.restart();
    assert.deepEqual(rig.told, before);
    await rig.close();
  });
  await fc.assert(run, { numRuns: 40 });
});

test("executions of one millisecond keep their order, a retry's too", async () => {
  const rig = new Rig();
  ask(rig, { kind: "create", rate: 3 }, () => "job-0");
  ask(rig, { kind: "update", thing: "a", status: "FAILED", job: 0 }, () => "");
  ask(rig, { kind: "create", rate: 3 }, () => "job-1");
  const before = rig.told;
  await rig.restart();
  assert.deepEqual(rig.told, before);
  await rig.close();
});

test("timers, rollouts and schedules go on", async () => {
  const rig = new Rig();
  const targets = [names.thingGroup("all")];
  const rollout = { maximumPerMinute: 1 };
  const job = { targets, document: "{}", inProgressTimeoutMinutes: 5, rollout };
  rig.cloud.control.create({ ...job, jobId: "now" });
  rig.cloud.device.startNext("a", {});
  const startTime = new Date(rig.clock.now() + 40 * minuteMs).toISOString().slice(0, 16);
  rig.cloud.control.create({ ...job, jobId: "later", schedule: { startTime } });
  await rig.restart();
  rig.clock.advance(minuteMs);
  assert.equal(rig.status("b", "now"), "QUEUED");
  assert.throws(() => rig.status("c", "now"), { name: "ResourceNotFound" });
  rig.clock.advance(2 * minuteMs);
  assert.equal(rig.status("c", "now"), "QUEUED");
  assert.equal(rig.status("a", "now"), "IN_PROGRESS");
  rig.clock.advance(3 * minuteMs);
  assert.equal(rig.status("a", "now"), "TIMED_OUT");
  const window = { startTime: "cron(0 2 * * ? *)", durationInMinutes: 2 };
  const schedule = { maintenanceWindows: [window] };
  const all = { ...job, jobId: "nightly", targetSelection: "CONTINUOUS", schedule };
  rig.cloud.control.create(all);
  await rig.restart();
  rig.clock.advance(40 * minuteMs);
  assert.equal(rig.status("a", "later"), "QUEUED");
  const made = () => rig.cloud.ledger.ofJob(rig.cloud.ledger.job("nightly")).length;
  const toTwoMs = (time: number) =>
    (26 * 60 * minuteMs - (time % (24 * 60 * minuteMs))) % (24 * 60 * minuteMs);
  rig.clock.advance(toTwoMs(rig.clock.now()));
  assert.equal(made(), 1);
  await rig.restart();
  rig.clock.advance(minuteMs);
  assert.equal(made(), 2);
  rig.clock.advance(minuteMs);
  await rig.restart();
  rig.clock.advance(10 * minuteMs);
  assert.equal(made(), 2);
  assert.equal(rig.cloud.ledger.job("nightly").status, "SCHEDULED");
  await rig.close();
});

test("groups, certificates, shadows, objects and parts are there again, byte for byte", async () => {
  const path = join(folder, "others.mdb");
  const { clock } = new Rig();
  const issue = () => {
    throw new Error("no certificate is made here");
  };
  const open = (tables: Database) => ({
    registry: new Registry(names, tables),
    principals: new Principals({ names, issue, now: clock.now, tables }),
    shadows: new Shadows({ now: clock.now, onNotice: () => {}, tables }),
    objects: new ObjectStore(tables),
  });
  const first = new Database(path);
  const before = open(first);
  before.registry.createThing("a", { site: "north" });
  before.registry.createGroup("field");
  before.registry.addToGroup("field", "a");
  before.principals.createPolicy("p", "{}");
  before.shadows.update("a", "", { state: { reported: { firmware: { version: "1.0.0" } } } });
  before.objects.createBucket("fw", 1);
  const body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index & 0xff));
  before.objects.bucket("fw").objects.set("dir/é\u{10ffff}", {
    body,
    contentType: "text/x-hex",
    etag: '"e"',
    lastModifiedMs: 2,
    checksum: { algorithm: "CRC32", value: "AAAAAA==", type: "FULL_OBJECT" },
    metadata: { "x-amz-meta-a": "b" },
  });
  before.objects.parts("upload").set("3", { body, etag: '"p"', lastModifiedMs: 3 });
  const known = (cloud: ReturnType<typeof open>) => ({
    things: cloud.registry.allThings(),
    groups: cloud.registry.allGroups(),
    policies: cloud.principals.allPolicies(),
    shadow: cloud.shadows.get("a", ""),
    buckets: cloud.objects.all(),
    parts: [...cloud.objects.parts("upload")],
  });
  const were = structuredClone(known(before));
  await first.close();
  const second = new Database(path);
  assert.deepEqual(structuredClone(known(open(second))), were);
  await second.close();
});
