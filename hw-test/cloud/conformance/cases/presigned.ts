import assert from "node:assert/strict";
import type { JobsClient } from "../../testing/jobsClient.ts";
import type { Bench } from "../bench.ts";
import { assumed, type ConformanceCase, documented, pages } from "../case.ts";
import { accepted, executionIn, objectIn } from "../expect.ts";

const text = "123456789";

/** URLs that the Jobs service makes of placeholders in a job document. */
export const presignedCases: readonly ConformanceCase[] = [
  {
    name: "a placeholder becomes a URL that gives the object, by ranges too",
    source: documented(pages.presigned),
    needs: "role",
    async run(bench) {
      const device = await bench.device();
      await createPresigned(bench);
      const url = await urlOf(device, "start-next");
      assert.match(url, /^https:\/\/.*[?&]X-Amz-Signature=/);
      const whole = await bench.target.request(url);
      assert.deepEqual([whole.status, whole.body], [200, text]);
      const part = await bench.target.request(url, { headers: { range: "bytes=2-4" } });
      assert.deepEqual([part.status, part.body], [206, "345"]);
      assert.equal(part.headers["content-range"], "bytes 2-4/9");
    },
  },
  {
    name: "the URL is made anew each time the document is asked for, and expires",
    source: documented(pages.presigned),
    needs: "role",
    async run(bench) {
      const device = await bench.device();
      const jobId = await createPresigned(bench);
      const first = await urlOf(device, "start-next");
      await bench.target.pass(65_000);
      const expired = await bench.target.request(first);
      assert.equal(expired.status, 403);
      assert.match(expired.body, /<Code>AccessDenied<\/Code>/);
      const second = await urlOf(device, `${jobId}/get`);
      assert.notEqual(second, first);
      assert.equal((await bench.target.request(second)).body, text);
    },
  },
  {
    name: "the URL is for GET alone, and for what it was signed for",
    source: documented(pages.s3Auth),
    needs: "role",
    async run(bench) {
      const device = await bench.device();
      await createPresigned(bench);
      const url = await urlOf(device, "start-next");
      assert.equal((await bench.target.request(url, { method: "HEAD" })).status, 403);
      const forged = await bench.target.request(url.replace(".hex?", ".bin?"));
      assert.equal(forged.status, 403);
      assert.match(forged.body, /<Code>SignatureDoesNotMatch<\/Code>/);
    },
  },
  {
    name: "with the URL no x-amz-* header may be sent: AccessDenied",
    source: assumed("aws-sdk-rust, issue 1253: x-amz-checksum-mode was refused so"),
    needs: "role",
    async run(bench) {
      const device = await bench.device();
      await createPresigned(bench);
      const url = await urlOf(device, "start-next");
      const headers = { "x-amz-checksum-mode": "ENABLED" };
      const refused = await bench.target.request(url, { headers });
      assert.equal(refused.status, 403);
      assert.match(refused.body, /<Code>AccessDenied<\/Code>/);
    },
  },
];

async function createPresigned(bench: Bench): Promise<string> {
  const { Bucket, Key } = await bench.putObject(text);
  const url = `https://s3.${await bench.iot.config.region()}.amazonaws.com/${Bucket}/${Key}`;
  const roleArn = bench.target.roleArn ?? assert.fail("there is no role");
  return bench.createJob({
    document: JSON.stringify({ location: { url: `\${aws:iot:s3-presigned-url:${url}}` } }),
    presignedUrlConfig: { roleArn, expiresInSec: 60 },
  });
}

async function urlOf(device: JobsClient, topic: string): Promise<string> {
  const execution = executionIn(accepted(await device.request(topic)));
  return String(objectIn(objectIn(execution, "jobDocument"), "location")["url"]);
}
