import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BadFeatures, type Problem } from "./problem.ts";
import { type FeatureSource, readFeature } from "./source.ts";

/** Features that others may need, and that come with the project. */
const neededFolder = fileURLToPath(new URL("../needed/", import.meta.url));

/**
 * The features in these files, and those they need.
 * @throws BadFeatures with all that is wrong; UsageError for a file that cannot be read
 */
export function loadSuite(paths: readonly string[]): FeatureSource[] {
  const given = readAll(paths);
  const spare = new Map(projectFeatures().map((source) => [source.title, source] as const));
  const features = new Map<string, FeatureSource>();
  const problems: Problem[] = [];
  const add = (source: FeatureSource) => {
    const twin = features.get(source.title);
    if (twin === undefined) features.set(source.title, source);
    else problems.push({ ...titleOf(source), reason: `${twin.path} has the same title` });
  };
  given.forEach(add);
  // Grows while it is walked: what is needed has needs too.
  for (const source of features.values()) {
    for (const need of needsOf(source)) {
      const found = features.get(need) ?? spare.get(need);
      if (found === undefined) problems.push(missing(source, need));
      else if (!features.has(need)) features.set(need, found);
    }
  }
  if (problems.length > 0) throw new BadFeatures(problems);
  return [...features.values()];
}

export function needsOf({ feature }: FeatureSource): readonly string[] {
  const needs: unknown = feature.frontMatter?.needs ?? [];
  return Array.isArray(needs) ? needs.map(String) : [];
}

function readAll(paths: readonly string[]): FeatureSource[] {
  const problems: Problem[] = [];
  const sources = [...new Set(paths)].flatMap((path) => {
    try {
      return [readFeature(path)];
    } catch (error) {
      if (!(error instanceof BadFeatures)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new BadFeatures(problems);
  return sources;
}

function projectFeatures(): FeatureSource[] {
  return readdirSync(neededFolder)
    .filter((name) => name.endsWith(".feature.md"))
    .map((name) => readFeature(relative(process.cwd(), join(neededFolder, name))));
}

function titleOf({ path, feature }: FeatureSource): Pick<Problem, "path" | "line"> {
  return { path, line: feature.line };
}

function missing({ path, lines }: FeatureSource, need: string): Problem {
  const index = lines.findIndex((line) => line.includes(need));
  const reason = `needs "${need}", which is neither given nor in hw-test/features/needed`;
  return { path, line: index + 1, reason };
}
