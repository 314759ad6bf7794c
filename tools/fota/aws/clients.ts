import { Agent } from "node:https";
import { IoTClient } from "@aws-sdk/client-iot";
import { IoTDataPlaneClient } from "@aws-sdk/client-iot-data-plane";
import { S3Client } from "@aws-sdk/client-s3";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { fileText } from "../../command-line/values.ts";

/** Where AWS is and who asks: what is left out, the SDK finds as it does anywhere. */
export interface AwsWishes {
  readonly endpoint?: string | undefined;
  readonly ca?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

const endpointOption = new Option(
  "--endpoint <URL>",
  "another AWS than AWS's: https://HOST:PORT or HOST:PORT (default: AWS_ENDPOINT_URL)",
).argParser(endpointUrl);
const caOption = new Option(
  "--ca <FILE>",
  "PEM of the authority that the endpoint's certificate is by (default: AWS_CA_BUNDLE)",
);
const profileOption = new Option("--profile <NAME>", "profile of the AWS configuration");
const regionOption = new Option("--region <R>", "AWS region");

/** A verb that asks AWS: `awsClients` takes its options. */
export function awsCommand(name: string) {
  return defineCommand(name)
    .addOption(endpointOption)
    .addOption(caOption)
    .addOption(profileOption)
    .addOption(regionOption);
}

/** HOST:PORT is HTTPS. */
function endpointUrl(text: string): string {
  const url = /^[\w.-]+:\d{1,5}$/.test(text) ? `https://${text}` : text;
  if (/^https?:\/\/[\w.-]+(:\d{1,5})?\/?$/.test(url) && URL.canParse(url)) return url;
  throw new InvalidArgumentError("https://HOST:PORT, http://HOST:PORT or HOST:PORT");
}

export interface AwsClients {
  readonly iot: IoTClient;
  readonly iotData: IoTDataPlaneClient;
  readonly s3: S3Client;
}

/** The SDK's own clients. @throws UsageError for a file that cannot be read */
export function awsClients(wishes: AwsWishes): AwsClients {
  const { endpoint, profile, region } = wishes;
  const caFile = wishes.ca ?? process.env["AWS_CA_BUNDLE"];
  const ca = caFile && fileText(wishes.ca ? "--ca" : "AWS_CA_BUNDLE", caFile, "utf8");
  const config = {
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(ca && { requestHandler: { httpsAgent: new Agent({ ca, keepAlive: true }) } }),
  };
  const isElsewhere = endpoint !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined;
  return {
    iot: new IoTClient(config),
    iotData: new IoTDataPlaneClient(config),
    // Only AWS has a name for each bucket.
    s3: new S3Client({ ...config, forcePathStyle: isElsewhere }),
  };
}

/**
 * One call to AWS.
 * @param what is done, for the message: "create job fw-1"
 * @throws CommandFailed with AWS's own words
 */
export async function asked<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: string };
    const known = name === "Error" || name === "AggregateError" ? (code ?? "") : name;
    throw new CommandFailed(`${what}: ${[known, message].filter(Boolean).join(": ")}`);
  }
}
