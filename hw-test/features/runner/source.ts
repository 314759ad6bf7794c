import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type Feature, feature, tokenStream } from "@nordicsemiconductor/bdd-markdown";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { BadFeatures } from "./problem.ts";

/** One feature file, parsed. */
export interface FeatureSource {
  /** As it was given. */
  readonly path: string;
  readonly title: string;
  /** Its lines as the parser saw them. */
  readonly lines: readonly string[];
  readonly feature: Feature;
}

/**
 * @throws UsageError if the file cannot be read
 * @throws BadFeatures if it is no feature
 */
export function readFeature(path: string): FeatureSource {
  const text = normalized(readText(path));
  const lines = text.split("\n");
  checkFences(path, lines);
  const parsed = parse(path, text);
  return { path, title: parsed.title ?? path, lines, feature: withRules(parsed) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}

/** The parser knows one line end, and takes spaces after a fence for code. */
function normalized(text: string): string {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  const trimmed = lines.map((line) => (/^(```|---)\s+$/.test(line) ? line.trimEnd() : line));
  return `${trimmed.join("\n").trimEnd()}\n`;
}

/** The parser looks for the other end of these for ever. */
function checkFences(path: string, lines: readonly string[]): void {
  const matterEnd = lines[0] === "---" ? lines.indexOf("---", 1) : 0;
  if (matterEnd < 0) throw new BadFeatures([{ path, line: 1, reason: "front matter without end" }]);
  let opened: number | undefined;
  for (let index = matterEnd; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (opened === undefined && line.startsWith("```")) opened = index;
    else if (opened !== undefined && line === "```") opened = undefined;
  }
  if (opened === undefined) return;
  throw new BadFeatures([{ path, line: opened + 1, reason: "block of code without end" }]);
}

function parse(path: string, text: string): Feature {
  try {
    return feature(tokenStream(text));
  } catch (error) {
    const message = stripVTControlCharacters((error as Error).message);
    const [reason = ""] = message.split("\n");
    const line = Math.min(lineOf(message), text.trimEnd().split("\n").length);
    throw new BadFeatures([{ path, line, reason: words(reason) }]);
  }
}

/**
 * The parser's own positions are one line too far; those of YAML count from the second line of the
 * file, after the fence.
 */
function lineOf(message: string): number {
  const yaml = /at line (\d+), column \d+/.exec(message)?.[1];
  if (yaml !== undefined) return Number(yaml) + 1;
  const own = /^(\d+):\d+: /m.exec(message)?.[1];
  return own === undefined ? 1 : Number(own) - 1;
}

function words(reason: string): string {
  const rest = /^Failed to parse entire source/.test(reason);
  return rest ? "not a part of a feature (a heading of level 2, or a step)" : reason;
}

/** The runner walks a feature's own scenarios only: those under a rule would silently not run. */
function withRules(parsed: Feature): Feature {
  const ruled = (parsed.rules ?? []).flatMap(({ scenarios }) => scenarios);
  return { ...parsed, scenarios: [...(parsed.scenarios ?? []), ...ruled] };
}
