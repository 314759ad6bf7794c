import { print, runCommand } from "../../tools/command-line/command.ts";
import type { Figures } from "./figures.ts";
import { rates } from "./meters.ts";
import { HELP, parseOptions } from "./options.ts";
import { quotas } from "./quotas.ts";
import { type RealOrder, runReal } from "./real.ts";
import { runFleet } from "./scenario.ts";
import { runYear } from "./year.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  if (options.days !== undefined) return oneLife(options.days, options.json);
  if (options.real !== undefined) return realFleet(options.real, options.json);
  const figures = runFleet(options.order);
  print(textOf(figures));
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const cpuSeconds = Math.round(process.cpuUsage().user / 1e6);
  print(`this run: ${cpuSeconds} s of one core, ${megabytes} MB\n`);
  for (const problem of figures.problems) print(`PROBLEM ${problem}\n`);
  if (options.json) print(`${JSON.stringify({ ...figures, cpuSeconds, megabytes })}\n`);
  return figures.problems.length === 0 ? 0 : 1;
}

async function realFleet(order: RealOrder, isJson: boolean): Promise<number> {
  const figures = await runReal(order);
  const { trackers, running, seconds } = figures;
  print(`trackers run   ${sorts(running)}; ${seconds} s\n`);
  for (const name of ["startNext", "describe", "update", "shadow", "fileRequests"] as const) {
    print(
      `each tracker   ${name.padEnd(13)}${Math.round((figures[name] / trackers) * 100) / 100}\n`,
    );
  }
  if (isJson) print(`${JSON.stringify(figures)}\n`);
  return running["1.0.1"] === trackers ? 0 : 1;
}

/** The board's clock, 32 bits of milliseconds, wraps after 24.8 and 49.7 days. */
const QUIET_DAYS = 58;

function oneLife(days: number, isJson: boolean): number {
  const figures = runYear({ updateDays: days - QUIET_DAYS - 1, quietDays: QUIET_DAYS });
  const { updates, erases, store, alarms } = figures;
  const each = (value: number): string => String(Math.round((value / updates) * 10) / 10);
  print(
    `${days} days   ${updates} updates, ${figures.outages} outages of 12 h, ` +
      `${figures.powerCuts} power failures, ${figures.boots} boots\n` +
      `an update  ${each(erases.primary)} erases of a page of the primary slot, ` +
      `${each(erases.secondary)} of the secondary;\n` +
      `           ${each(store.changes)} changes of the store, ${each(store.logBytes)} bytes of its log; ` +
      `${each(figures.jobsRequests)} requests to Jobs\n` +
      `held       ${store.heldBytes.join(" -> ")} bytes of the store, ${alarms.join(" -> ")} alarms\n`,
  );
  if (isJson) print(`${JSON.stringify(figures)}\n`);
  return 0;
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
