import { resolve } from "node:path";
import type { Cloud } from "./cloud.ts";

/** Shell variables by which the AWS CLI, SDKs and MQTT clients find a cloud that stays. */
export function environmentOf(
  { endpoints, credentials, region }: Cloud,
  { caFile, bucket }: { readonly caFile: string; readonly bucket: string },
): string {
  const ca = resolve(caFile);
  const { broker, files } = endpoints;
  const variables = {
    AWS_ENDPOINT_URL: endpoints.iotControl,
    AWS_CA_BUNDLE: ca,
    // The SDK for JavaScript does not read AWS_CA_BUNDLE.
    NODE_EXTRA_CA_CERTS: ca,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    FOTA_BUCKET: bucket,
    MQTT_HOST: broker.host,
    MQTT_PORT: broker.port,
    MQTT_CA: ca,
    FILES_URL: `https://${files.host}:${files.port}`,
  };
  // A session token of the user's own would be signed along.
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return `${["unset AWS_SESSION_TOKEN AWS_PROFILE", ...lines].join("\n")}\n`;
}

/** For a shell, whatever the folder is called. */
function quoted(value: string | number): string {
  return `'${String(value).replaceAll("'", "'\\''")}'`;
}
