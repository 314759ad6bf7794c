import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Figures } from "./figures.ts";
import { quotas } from "./quotas.ts";

const docs = new URL("../../docs/", import.meta.url);
const columns = [
  "connects",
  "publishesIn",
  "publishesOut",
  "startNext",
  "update",
  "fileRequests",
] as const;

function rowOf(name: string): string {
  const text = readFileSync(new URL(`scale/${name}`, docs), "utf8");
  const { secondsTo, rates, fileRetries, reverts } = JSON.parse(text) as Figures;
  const seconds = (["50", "95", "100"] as const).map((share) => secondsTo[share] ?? "never");
  const peaks = columns.map((rate) => rates[rate].peak);
  const cells = [name.replace(".json", ""), seconds.join(", "), ...peaks, fileRetries, reverts];
  return `| ${cells.join(" | ")} |`;
}

describe("docs/scale.md", () => {
  const lines = readFileSync(new URL("scale.md", docs), "utf8").split("\n");

  it("has a row for every output, with its figures", () => {
    const names = readdirSync(new URL("scale/", docs)).filter((name) => name.endsWith(".json"));
    assert.ok(names.length >= 8);
    for (const name of names) assert.ok(lines.includes(rowOf(name)), rowOf(name));
  });

  it("names the quotas that runs are held against", () => {
    const limits = columns.map((rate) => quotas[rate].perSecond.toLocaleString("en-US"));
    assert.ok(lines.includes(`| quota | | ${limits.join(" | ")} | | |`));
  });
});
