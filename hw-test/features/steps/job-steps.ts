import { randomUUID } from "node:crypto";
import { Final } from "../bench/final.ts";
import { callAws } from "./aws-answer.ts";
import { type StepCall, type StepDefinition, step } from "./definition.ts";
import { show } from "./difference.ts";
import { patchNamed, type StoredPatch } from "./patch-steps.ts";
import { firmwareNamed, hexOf, type StoredFirmware } from "./stored-firmware.ts";
import { evaluate, store } from "./world.ts";

interface Execution {
  readonly status?: string;
  readonly statusDetails?: { readonly detailsMap?: Readonly<Record<string, string>> };
}

const iot = "@aws-sdk/client-iot";
const s3 = "@aws-sdk/client-s3";

const terminal = new Set(["SUCCEEDED", "FAILED", "REJECTED", "CANCELED", "TIMED_OUT", "REMOVED"]);

/** Short forms of what features would otherwise spell out with the SDK each time. */
export const jobSteps: readonly StepDefinition[] = [
  step("I upload `{firmware}` as `{key}`", async ({ firmware, key }, call) => {
    store(call.world, key, randomUUID());
    await upload(call, String(call.world[key]), await firmwareNamed(call, firmware));
  }),
  step("I have the presigned URL of `{key}` in `{name}`", ({ key, name }, { world }) => {
    // AWS IoT Jobs makes the URL when the tracker asks for the document.
    const host = `s3.${world["awsRegion"]}.amazonaws.com`;
    const object = `${host}/${world["fotaBucketName"]}/${String(world[key])}`;
    store(world, name, `\${aws:iot:s3-presigned-url:https://${object}}`);
  }),
  step("I offer `{firmware}` to the `{tracker}` tracker in the job `{job}`", async (words, call) =>
    offer(call, words, []),
  ),
  step(
    "I offer `{firmware}` and `{patch}` to the `{tracker}` tracker in the job `{job}`",
    async (words, call) => offer(call, words, [await patchNamed(call, words.patch)]),
  ),
  step("I cancel the job `{job}` of the `{tracker}` tracker", async ({ job, tracker }, call) => {
    const thingName = call.bench.trackers.get(tracker).registered.id;
    const jobId = await jobNamed(call, job);
    const input = { jobId, thingName, force: true };
    await callAws(call, { packageName: iot, method: "cancelJobExecution", input });
  }),
  step("the job `{job}` of the `{tracker}` tracker should be `{status}`", async (words, call) => {
    await checkJob(words, call);
  }),
  step(
    "the job `{job}` of the `{tracker}` tracker should be `{status}` with `{reason}`",
    async (words, call) => {
      const { statusDetails } = await checkJob(words, call);
      const reason = statusDetails?.detailsMap?.["reason"];
      if (reason !== words.reason) {
        throw new Final(`expected ${words.reason}, found ${show(statusDetails?.detailsMap)}`);
      }
    },
  ),
];

async function jobNamed({ world }: StepCall, name: string): Promise<string> {
  const jobId = await evaluate(name, world);
  if (typeof jobId === "string") return jobId;
  throw new Error(`there is no job called ${name}`);
}

async function upload(call: StepCall, key: string, file: StoredFirmware): Promise<void> {
  await putObject(call, key, hexOf(file), "text/x-hex");
}

async function putObject(
  call: StepCall,
  key: string,
  body: string | Uint8Array,
  type: string,
): Promise<void> {
  const Bucket = call.world["fotaBucketName"];
  const input = { Bucket, Key: key, Body: body, ContentType: type };
  await callAws(call, { packageName: s3, method: "putObject", input });
}

async function offer(
  call: StepCall,
  words: { readonly firmware: string; readonly tracker: string; readonly job: string },
  patches: readonly StoredPatch[],
): Promise<void> {
  const { bench, world } = call;
  const firmware = await firmwareNamed(call, words.firmware);
  const { version, size, hardware, imageSize, sha256, signature } = firmware;
  const jobId = randomUUID();
  const host = `${world["fotaBucketName"]}.s3.amazonaws.com`;
  const locationOf = (path: string) => ({ protocol: "https", host, path });
  await upload(call, jobId, firmware);
  const list = [];
  for (const [index, { from, size, base64 }] of patches.entries()) {
    const key = `${jobId}.patch-${index}`;
    await putObject(call, key, Buffer.from(base64, "base64"), "application/octet-stream");
    list.push({ from, size, location: locationOf(key) });
  }
  const document = {
    operation: "app_fw_update",
    size,
    filename: `${version}.hex`,
    location: locationOf(jobId),
    fwversion: version,
    hardware,
    imageSize,
    sha256,
    signature,
    ...(list.length > 0 && { patches: list }),
  };
  const input = {
    jobId,
    targets: [bench.trackers.get(words.tracker).registered.arn],
    document: JSON.stringify(document),
    targetSelection: "SNAPSHOT",
  };
  await callAws(call, { packageName: iot, method: "createJob", input });
  store(world, words.job, jobId);
}

/** A job that has ended otherwise is not waited for. */
async function checkJob(
  words: { readonly job: string; readonly tracker: string; readonly status: string },
  call: StepCall,
): Promise<Execution> {
  const { registered, device } = call.bench.trackers.get(words.tracker);
  const input = { jobId: await jobNamed(call, words.job), thingName: registered.id };
  const answer = await callAws(call, { packageName: iot, method: "describeJobExecution", input });
  const execution = (answer["execution"] ?? {}) as Execution;
  const { status = "unknown", statusDetails } = execution;
  if (status === words.status) return execution;
  device?.checkAlive();
  const text = `expected ${words.status}, found ${status} ${show(statusDetails?.detailsMap)}`;
  throw terminal.has(status) ? new Final(text) : new Error(text);
}
