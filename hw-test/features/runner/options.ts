import { parseArgs } from "node:util";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { type BoardConfig, readBoardConfig } from "../../trackers/serial/config.ts";
import type { AwsOptions } from "./aws-side.ts";
import { type ExternalBroker, readBroker } from "./broker-side.ts";

/** What one `npm run feature` was asked to do. */
export interface FeatureOptions {
  readonly paths: readonly string[];
  readonly json: boolean;
  /** Where the JUnit XML goes. */
  readonly junit: string | undefined;
  /** Undefined for the local cloud. */
  readonly aws: AwsOptions | undefined;
  /** Undefined for the cloud's own. */
  readonly broker: ExternalBroker | undefined;
  /** By the tracker's name in the features. */
  readonly boards: ReadonlyMap<string, BoardConfig>;
}

export const HELP = `Usage: npm run feature -- FILE.md... [options]

Runs features in Markdown on trackers, virtual or real, and a cloud, local or AWS.
hw-test/features/steps/README.md lists the steps that features may use.

  --json               print the report as one JSON object, the last line
  --junit FILE         write the report as JUnit XML
  --cloud local|aws    the local AWS (default), or AWS itself with your credentials: docs/aws.md
    --bucket NAME        your bucket; needed with aws
    --endpoint HOST      your MQTT endpoint (default: AWS IoT is asked)
    --user-pool ID, --user-pool-client ID
                         your Cognito user pool, for features that log in
  --broker mqtts://HOST[:PORT]
                       carry the trackers' messages over this broker instead of the cloud's own
    --broker-ca FILE     PEM: who vouches for it; needed with --broker
    --broker-cert FILE, --broker-key FILE
                         PEM: the client certificate to show to it
  --board NAME=FILE    the tracker NAME is a real board, handled as FILE says: docs/board.md
  --help               print this

Exit codes: 0 passed, 1 not passed, 2 usage, or a feature that cannot be run.

Examples:
  npm run feature -- hw-test/features/seed/fota.feature.md
  npm run feature -- hw-test/features/*.feature.md --junit report.xml
  npm run feature -- my.feature.md --board alpha=nrf9160dk.json --cloud aws --bucket my-firmware
`;

const forms = {
  json: { type: "boolean" },
  junit: { type: "string" },
  cloud: { type: "string" },
  bucket: { type: "string" },
  endpoint: { type: "string" },
  "user-pool": { type: "string" },
  "user-pool-client": { type: "string" },
  broker: { type: "string" },
  "broker-ca": { type: "string" },
  "broker-cert": { type: "string" },
  "broker-key": { type: "string" },
  board: { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): FeatureOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  if (positionals.length === 0) throw new UsageError("which features? Name at least one FILE.md");
  const aws = awsOptions(values);
  if (aws !== undefined && values.broker !== undefined) {
    throw new UsageError("--broker: AWS IoT Jobs works over AWS's own broker only");
  }
  return {
    paths: positionals,
    json: values.json === true,
    junit: values.junit,
    aws,
    broker: brokerOption(values),
    boards: new Map((values.board ?? []).map(boardOption)),
  };
}

type Values = ReturnType<typeof parse>["values"];

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: forms, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function awsOptions(values: Values): AwsOptions | undefined {
  const { cloud = "local", bucket, endpoint } = values;
  const given = ["bucket", "endpoint", "user-pool", "user-pool-client"] as const;
  if (cloud === "local") {
    const stray = given.find((name) => values[name] !== undefined);
    if (stray === undefined) return undefined;
    throw new UsageError(`--${stray} goes with --cloud aws`);
  }
  if (cloud !== "aws") throw new UsageError(`--cloud ${cloud}: local or aws`);
  if (bucket === undefined) throw new UsageError("--cloud aws needs --bucket NAME");
  const userPoolId = values["user-pool"];
  const userPoolClientId = values["user-pool-client"];
  if ((userPoolId === undefined) !== (userPoolClientId === undefined)) {
    throw new UsageError("--user-pool and --user-pool-client go together");
  }
  return { bucket, endpoint, userPoolId, userPoolClientId };
}

function brokerOption(values: Values): ExternalBroker | undefined {
  const ca = values["broker-ca"];
  const cert = values["broker-cert"];
  const key = values["broker-key"];
  if (values.broker !== undefined) return readBroker(values.broker, { ca, cert, key });
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  throw new UsageError("--broker-ca, --broker-cert and --broker-key go with --broker");
}

function boardOption(text: string): [string, BoardConfig] {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new UsageError(`--board ${text}: expected NAME=FILE`);
  }
  return [name, readBoardConfig(path)];
}
