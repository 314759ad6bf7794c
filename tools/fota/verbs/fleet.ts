import { IoTClient } from "@aws-sdk/client-iot";
import { IoTDataPlaneClient } from "@aws-sdk/client-iot-data-plane";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each } from "../../command-line/values.ts";
import { awsFailure, clientOptions, connectionOptions } from "../aws/connection.ts";
import { examples } from "../examples.ts";
import { thingsOf, trackersOf } from "../fleet/ask.ts";
import { sharesOf } from "../fleet/images.ts";
import { shareTable, trackerTable } from "../fleet/table.ts";
import type { Tracker } from "../fleet/tracker.ts";

export const fleet = defineCommand("fleet")
  .summary("which trackers run what, and how their last jobs ended")
  .description(
    "Asks the shadow of each thing what its tracker has told: version and image that run, and how the " +
      "last job ended. Without --thing and --group it asks all things of the account and region.",
  )
  .option("--thing <NAME>", "of this thing; may be repeated", each(thingName))
  .option("--group <NAME>", "of the things of this group and the groups in it", thingName)
  .option("--trackers", "a line a tracker, below the line an image")
  .addOption(connectionOptions.endpoint)
  .addOption(connectionOptions.ca)
  .addOption(connectionOptions.profile)
  .addOption(connectionOptions.region)
  .option("--json", "one JSON object: {images, trackers}")
  .addHelpText(
    "after",
    examples(
      "fota fleet",
      "fota fleet --group field --trackers",
      "fota fleet --thing tracker-1 --thing tracker-2 --json",
      "fota fleet --endpoint https://127.0.0.1:4566 --ca cloud/ca.pem",
    ),
  )
  .action(async ({ thing, group, trackers: isLong, json, ...connection }) => {
    if (thing !== undefined && group !== undefined) {
      throw new UsageError("--thing and --group are two ways to say the same: give one");
    }
    const options = clientOptions(connection);
    const trackers = await ask(options, thing, group);
    const images = sharesOf(trackers);
    if (json) print(`${JSON.stringify({ images, trackers })}\n`);
    else {
      const lines = isLong ? `\n${trackerTable(trackers)}` : "";
      print(trackers.length === 0 ? "no things\n" : `${shareTable(images)}${lines}`);
    }
  });

async function ask(
  options: ReturnType<typeof clientOptions>,
  named: readonly string[] | undefined,
  group: string | undefined,
): Promise<readonly Tracker[]> {
  const iot = new IoTClient(options);
  const data = new IoTDataPlaneClient(options);
  try {
    return await trackersOf(data, named ?? (await thingsOf(iot, group)));
  } catch (error) {
    throw awsFailure(error);
  } finally {
    iot.destroy();
    data.destroy();
  }
}

function thingName(text: string): string {
  if (/^[a-zA-Z0-9:_-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError("1 to 128 of a-z A-Z 0-9 : _ -");
}
