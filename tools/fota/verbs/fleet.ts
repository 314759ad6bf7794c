import { print } from "../../command-line/command.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each } from "../../command-line/values.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { thingName } from "../aws/names.ts";
import { examples } from "../examples.ts";
import { thingsOf, trackersOf } from "../fleet/ask.ts";
import { sharesOf } from "../fleet/images.ts";
import { shareTable, trackerTable } from "../fleet/table.ts";

export const fleet = awsCommand("fleet")
  .summary("which trackers run what, and how their last jobs ended")
  .description(
    "Asks the shadow of each thing what its tracker has told: version and image that run, and how the " +
      "last job ended. Without --thing and --group it asks all things of the account and region.",
  )
  .option("--thing <NAME>", "of this thing; may be repeated", each(thingName))
  .option("--group <NAME>", "of the things of this group and the groups in it", thingName)
  .option("--trackers", "a line a tracker, below the line an image")
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
    const { iot, iotData } = awsClients(connection);
    const things = thing ?? (await asked("list things", thingsOf(iot, group)));
    const trackers = await asked("get shadows", trackersOf(iotData, things));
    const images = sharesOf(trackers);
    if (json) print(`${JSON.stringify({ images, trackers })}\n`);
    else {
      const lines = isLong ? `\n${trackerTable(trackers)}` : "";
      print(trackers.length === 0 ? "no things\n" : `${shareTable(images)}${lines}`);
    }
  });
