import { Option } from "@commander-js/extra-typings";
import { defineCommand, helpText, readArguments } from "../../../tools/command-line/definition.ts";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { each, oneOf } from "../../../tools/command-line/values.ts";
import { type BootName, bootNames } from "../../../tools/image/formats.ts";
import { type BoardName, xsBoardList, xsBoardNames } from "../../trackers/boards.ts";
import { bootList } from "../../trackers/boot-schemes.ts";
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
  /** What a tracker that is not among the boards runs on. */
  readonly board: BoardName;
  /** Their bootloader. */
  readonly boot: BootName;
  /** Real ones, by the tracker's name in the features. */
  readonly boards: ReadonlyMap<string, BoardConfig>;
}

const command = defineCommand("npm run feature --")
  .usage("FILE.md... [options]")
  .description(
    "Runs features in Markdown on trackers, virtual or real, and a cloud, local or AWS. " +
      "hw-test/features/steps/README.md lists the steps that features may use.",
  )
  .argument("[FILE.md...]")
  .option("--json", "print the report as one JSON object, the last line")
  .option("--junit <FILE>", "write the report as JUnit XML")
  .option(
    "--board <NAME|NAME=FILE>",
    `what virtual trackers run on, ${xsBoardList} (default: "linux"); or, for the tracker NAME, a real ` +
      "board that is handled as FILE says: docs/board.md; may be repeated",
    each(boardOption),
  )
  .addOption(
    new Option("--boot <NAME>", `the bootloader of virtual trackers, ${bootList}`)
      .argParser(oneOf(...bootNames))
      .default("mcuboot" as const),
  )
  .option(
    "--cloud <NAME>",
    "local: the local AWS; aws: AWS itself with your credentials, see docs/aws.md",
    oneOf("local", "aws"),
    "local" as const,
  )
  .option(
    "--broker <URL>",
    "mqtts://HOST[:PORT]: carry the trackers' messages over this broker instead of the cloud's own",
  )
  .optionsGroup("With --cloud aws:")
  .option("--bucket <NAME>", "your bucket; needed with aws")
  .option("--endpoint <HOST>", "your MQTT endpoint (default: AWS IoT is asked)")
  .option("--user-pool <ID>", "your Cognito user pool, for features that log in")
  .option("--user-pool-client <ID>", "its client, for features that log in")
  .optionsGroup("With --broker:")
  .option("--broker-ca <FILE>", "PEM: who vouches for it; needed with --broker")
  .option("--broker-cert <FILE>", "PEM: the client certificate to show to it")
  .option("--broker-key <FILE>", "PEM: the key of the client certificate")
  .addHelpText(
    "after",
    `
Exit codes: 0 passed, 1 not passed, 2 usage, or a feature that cannot be run.

Examples:
  npm run feature -- hw-test/features/seed/fota.feature.md
  npm run feature -- hw-test/features/*.feature.md --junit report.xml
  npm run feature -- hw-test/features/power-cut.feature.md --board cortex-m
  npm run feature -- hw-test/features/revert.feature.md --boot esp-idf
  npm run feature -- my.feature.md --board alpha=nrf9160dk.json --cloud aws --bucket my-firmware`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): FeatureOptions | undefined {
  if (!readArguments(command, args)) return undefined;
  const [paths] = command.processedArgs;
  if (paths.length === 0) throw new UsageError("which features? Name at least one FILE.md");
  const { json = false, junit, board: given = [], ...sides } = command.opts();
  const aws = awsOptions(sides);
  if (aws !== undefined && sides.broker !== undefined) {
    throw new UsageError("--broker: AWS IoT Jobs works over AWS's own broker only");
  }
  const { boot } = sides;
  const boards = new Map(given.filter((one) => typeof one !== "string"));
  const board = given.findLast((one) => typeof one === "string") ?? "linux";
  if (boot !== "mcuboot" && board !== "linux") {
    throw new UsageError(`--boot ${boot} runs on the board linux, not on ${board}`);
  }
  return { paths, json, junit, aws, broker: brokerOption(sides), board, boot, boards };
}

type Given = ReturnType<typeof command.opts>;

function awsOptions(given: Given): AwsOptions | undefined {
  const { cloud, bucket, endpoint, userPool: userPoolId, userPoolClient: userPoolClientId } = given;
  if (cloud === "local") {
    const ofAws = {
      bucket,
      endpoint,
      "user-pool": userPoolId,
      "user-pool-client": userPoolClientId,
    };
    const stray = Object.entries(ofAws).find(([, value]) => value !== undefined);
    if (stray === undefined) return undefined;
    throw new UsageError(`--${stray[0]} goes with --cloud aws`);
  }
  if (bucket === undefined) throw new UsageError("--cloud aws needs --bucket NAME");
  if ((userPoolId === undefined) !== (userPoolClientId === undefined)) {
    throw new UsageError("--user-pool and --user-pool-client go together");
  }
  return { bucket, endpoint, userPoolId, userPoolClientId };
}

function brokerOption(given: Given): ExternalBroker | undefined {
  const { broker, brokerCa: ca, brokerCert: cert, brokerKey: key } = given;
  if (broker !== undefined) return readBroker(broker, { ca, cert, key });
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  throw new UsageError("--broker-ca, --broker-cert and --broker-key go with --broker");
}

function boardOption(text: string): BoardName | [string, BoardConfig] {
  const kind = xsBoardNames.find((known) => known === text);
  if (kind !== undefined) return kind;
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new UsageError(
      `--board ${text}: expected NAME=FILE, or one of ${xsBoardNames.join(", ")}`,
    );
  }
  return [name, readBoardConfig(path)];
}
