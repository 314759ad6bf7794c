import { Agent } from "node:https";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { fileText } from "../../command-line/values.ts";

/** How a verb finds AWS; what is not said is found as every AWS SDK finds it. */
export interface ConnectionOptions {
  readonly endpoint?: string | undefined;
  readonly ca?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** Connections at once: within AWS IoT's usual limits for each of these calls. */
const SOCKETS_MAX = 16;

/** For `addOption`, in this order. */
export const connectionOptions = {
  endpoint: new Option(
    "--endpoint <URL>",
    "AWS services at this address (fota cloud), not at AWS's own",
  ).argParser(url),
  ca: new Option("--ca <FILE>", "PEM of who vouches for that address"),
  profile: new Option("--profile <NAME>", "of the AWS configuration").argParser(String),
  region: new Option("--region <R>", "AWS region").argParser(String),
} as const;

/** What any client of the AWS SDK is made with. */
export interface ClientOptions {
  readonly region?: string;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly requestHandler?: { readonly httpsAgent: Agent };
}

/** @throws UsageError for a file that cannot be read */
export function clientOptions(given: ConnectionOptions): ClientOptions {
  const { endpoint, ca, profile, region } = given;
  const httpsAgent = new Agent({
    keepAlive: true,
    maxSockets: SOCKETS_MAX,
    ...(ca !== undefined && { ca: fileText("--ca", ca, "utf8") }),
  });
  return {
    requestHandler: { httpsAgent },
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  };
}

/** In one line, what AWS or the way there has refused. */
export function awsFailure(error: unknown): CommandFailed {
  const { name, message, code } = error as Error & { readonly code?: string };
  // Of an address that nobody listens at Node says nothing but a code.
  return new CommandFailed(`AWS: ${name}: ${message || code || "no answer"}`);
}

function url(text: string): string {
  if (/^https?:\/\/[^/]+\/?$/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("a URL such as https://127.0.0.1:4566");
}
