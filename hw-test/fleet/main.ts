import { print, runCommand } from "../../tools/command-line/command.ts";
import type { Figures } from "./figures.ts";
import { rates } from "./meters.ts";
import { HELP, parseOptions } from "./options.ts";
import { quotas } from "./quotas.ts";
import { runFleet } from "./scenario.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  const figures = runFleet(options.order);
  print(textOf(figures));
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const cpuSeconds = Math.round(process.cpuUsage().user / 1e6);
  print(`this run: ${cpuSeconds} s of one core, ${megabytes} MB\n`);
  for (const problem of figures.problems) print(`PROBLEM ${problem}\n`);
  if (options.json) print(`${JSON.stringify({ ...figures, cpuSeconds, megabytes })}\n`);
  return figures.problems.length === 0 ? 0 : 1;
}

function textOf(figures: Figures): string {
  const { secondsTo, connections, trackers } = figures;
  const to = Object.entries(secondsTo).map(([percent, s]) => `${percent} %: ${s ?? "never"}`);
  const each = (value: number): string => String(Math.round((value / trackers) * 10) / 10);
  const lines = [
    `job            ${figures.jobStatus}; ${sorts(figures.executions)}; begun by ${figures.touched}`,
    `trackers run   ${sorts(figures.running)}; ${figures.reverts} reverts`,
    `seconds to     ${to.join(", ")}; ${figures.succeededPerMinute} a minute`,
    `connections    ${connections.broker} to the broker, ${connections.files} for files`,
    `file requests  ${figures.fileRetries} again, ${figures.busyAnswers} answered 503`,
    `Jobs requests  ${figures.throttledRequests} refused for the account's quota, and put again`,
    `each tracker   ${each(figures.bytesUp)} bytes up, ${each(figures.bytesDown)} down, ` +
      `radio on ${each(figures.radioSeconds)} s`,
    "",
    "rate           total   busiest second   quota",
    ...rates.map((rate) => {
      const { total, peak } = figures.rates[rate];
      const quota = quotas[rate].perSecond;
      return `${rate.padEnd(13)}${`${total}`.padStart(7)}${`${peak}`.padStart(17)}${`${quota}`.padStart(8)}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function sorts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  return entries.map(([name, count]) => `${count} ${name}`).join(", ") || "none";
}

await runCommand("npm run fleet", main);
