import { defineCommand, helpText, readArguments } from "../../tools/command-line/definition.ts";
import { oneOf, wholeNumber } from "../../tools/command-line/values.ts";
import { trackerMaps } from "../desk/geometries.ts";
import type { LinkProfile } from "../driver.ts";
import { parseLinkProfile } from "../trackers/link-profile.ts";
import { type Order, releases, stormNames } from "./order.ts";
import type { RealOrder } from "./real.ts";
import { storms } from "./scenario.ts";

export interface FleetCommand {
  readonly order: Order;
  /** One tracker, so many days, instead of a fleet. */
  readonly days: number | undefined;
  /** So many trackers as processes over real TLS, instead of the model. */
  readonly real: RealOrder | undefined;
  readonly json: boolean;
}

const realBoards = ["node", "linux"] as const;
const maps = trackerMaps.map(({ name }) => name);
const stormList = Object.entries(storms)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join("\n");

const command = defineCommand("npm run fleet --")
  .usage("[options]")
  .description(
    "Updates many trackers at once in virtual time: whole clients, one Jobs service with rollout " +
      "and abort, one broker, one file server with S3's limits; and tells what it took.",
  )
  .option("--trackers <N>", "how many", wholeNumber({ least: 1, most: 50_000 }), 1_000)
  .option("--link <PROFILE>", "none, lte-m, nb-iot or lossy", "lte-m")
  .option(
    "--release <KIND>",
    "good; bad: never confirms; sick: fails its self-test",
    oneOf(...releases),
    "good" as const,
  )
  .option("--rate <R>", "executions a minute (rollout)", wholeNumber({ least: 1, most: 1_000 }))
  .option("--storm <NAME>", "what happens meanwhile", oneOf(...stormNames))
  .option("--map <NAME>", `slots and size of the image: ${maps.join(", ")}`, oneOf(...maps))
  .option(
    "--days <N>",
    "one tracker for so many days instead: an update a day, weekly outages, the last 58 quiet",
    wholeNumber({ least: 60, most: 3_650 }),
  )
  .option("--real <N>", "so many processes over TLS instead", wholeNumber({ least: 1, most: 500 }))
  .option("--board <NAME>", "what these run on", oneOf(...realBoards), "node" as const)
  .option("--json", "print one JSON object as the last line")
  .addHelpText(
    "after",
    `
A bad or sick release is aborted by the job itself: 1 % failed, after 100.

Storms:
${stormList}

Exit codes: 0 no tracker is lost and no quota is passed, 1 otherwise, 2 usage.

Examples:
  npm run fleet -- --trackers 100
  npm run fleet -- --trackers 10000 --release bad --json
  npm run fleet -- --trackers 1000 --storm power
  npm run fleet -- --days 365 --json
  npm run fleet -- --real 20 --board linux`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): FleetCommand | undefined {
  if (!readArguments(command, args)) return undefined;
  const given = command.opts();
  const { trackers, link, release, rate, storm, map = "p512w4" } = given;
  const { days, real, board = "node", json = false } = given;
  const profile: LinkProfile = parseLinkProfile(link);
  return {
    order: { trackers, profile, release, rate, storm, map },
    days,
    real: real === undefined ? undefined : { trackers: real, board },
    json,
  };
}
