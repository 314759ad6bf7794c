import { parse } from "node:path";
import type { FeatureFile } from "@nordicsemiconductor/bdd-markdown/runner/parseFeaturesInFolder.js";
import type { FeatureSource } from "./source.ts";
import { needsOf } from "./suite.ts";

/**
 * Features as the library wants them, around two things it does not do:
 * - it tells features apart by the file's name without the folder, so that the whole path stands
 *   there;
 * - it skips a feature when one that it needs has failed, but runs the feature that needs the
 *   skipped one: so every feature is given all needs, those of its needs too.
 */
export function featureFiles(sources: readonly FeatureSource[]): FeatureFile[] {
  const byTitle = new Map(sources.map((source) => [source.title, source] as const));
  return sources.map((source) => {
    const needs = [...allNeeds(source, byTitle)];
    const { path, feature } = source;
    const frontMatter = { ...feature.frontMatter, ...(needs.length > 0 && { needs }) };
    return { file: { ...parse(path), name: path }, feature: { ...feature, frontMatter } };
  });
}

function allNeeds(source: FeatureSource, byTitle: ReadonlyMap<string, FeatureSource>): Set<string> {
  const needs = new Set(needsOf(source));
  for (const need of needs) {
    const needed = byTitle.get(need);
    for (const further of needed === undefined ? [] : needsOf(needed)) needs.add(further);
  }
  return needs;
}
