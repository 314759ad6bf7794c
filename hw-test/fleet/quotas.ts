import type { Rate } from "./meters.ts";

export interface Quota {
  readonly perSecond: number;
  readonly source: string;
}

const broker = "AWS IoT Core endpoints and quotas, message broker, per account";
const jobs = "AWS IoT Device Management endpoints and quotas, Jobs, per account";

/** What AWS allows an account by default; all but S3's can be raised on request. */
export const quotas: Readonly<Record<Rate, Quota>> = Object.freeze({
  connects: { perSecond: 500, source: `${broker}: connect requests` },
  publishesIn: { perSecond: 20_000, source: `${broker}: inbound publish requests` },
  publishesOut: { perSecond: 20_000, source: `${broker}: outbound publish requests` },
  startNext: { perSecond: 200, source: `${jobs}: StartNextPendingJobExecution` },
  describe: { perSecond: 200, source: `${jobs}: DescribeJobExecution` },
  update: { perSecond: 200, source: `${jobs}: UpdateJobExecution` },
  fileRequests: { perSecond: 5_500, source: "Amazon S3 performance: GET per prefix" },
});
