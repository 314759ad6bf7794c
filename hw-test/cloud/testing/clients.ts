import { IoTClient } from "@aws-sdk/client-iot";
import { S3Client } from "@aws-sdk/client-s3";
import type { Cloud } from "../cloud.ts";

/** The unmodified SDK clients, pointed at the local cloud. */
export function sdkClients(cloud: Cloud): { readonly iot: IoTClient; readonly s3: S3Client } {
  const { region, credentials, endpoints } = cloud;
  return {
    iot: new IoTClient({ region, credentials, endpoint: endpoints.iotControl }),
    s3: new S3Client({ region, credentials, endpoint: endpoints.s3 }),
  };
}
