import type { IClientOptions } from "mqtt";
import type { Cloud } from "../cloud.ts";
import { connectJobsClient, type JobsClient } from "./jobsClient.ts";

/** On the loopback a message comes at once, or never. */
export const localPatienceMs = 10_000;

export function connectOptions(cloud: Cloud, thingName: string): IClientOptions {
  const { host, port, hostName } = cloud.endpoints.broker;
  const { cert, key } = cloud.issueTrackerCertificate(thingName);
  return {
    protocol: "mqtts",
    host,
    port,
    servername: hostName,
    ca: cloud.ca,
    cert,
    key,
    clientId: thingName,
    reconnectPeriod: 0,
    protocolVersion: 4,
  };
}

/** A tracker of the local cloud, for its tests. */
export function connectTracker(
  cloud: Cloud,
  thingName: string,
  more: IClientOptions = {},
): Promise<JobsClient> {
  const connection = { ...connectOptions(cloud, thingName), ...more };
  return connectJobsClient({ thingName, connection, patienceMs: localPatienceMs });
}
