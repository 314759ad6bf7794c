import { type Step, UnreplacedPlaceholdersError } from "@nordicsemiconductor/bdd-markdown";
import { replaceVariantPlaceholders } from "@nordicsemiconductor/bdd-markdown/runner/replaceFromExamples.js";
import { suiteWalker } from "@nordicsemiconductor/bdd-markdown/runner/suiteWalker.js";
import jsonata from "jsonata";
import { matchStep, type StepDefinition } from "../steps/definition.ts";
import { featureFiles } from "./feature-files.ts";
import { BadFeatures, type Problem } from "./problem.ts";
import type { FeatureSource } from "./source.ts";

/**
 * Finds what is wrong with features before anything is started for them.
 * @throws BadFeatures
 */
export async function checkFeatures(
  sources: readonly FeatureSource[],
  steps: readonly StepDefinition[],
): Promise<void> {
  const problems = (await Promise.all(sources.map(problemsInBlocks))).flat();
  // Expressions that cannot be read would end the walk.
  if (problems.length === 0) problems.push(...(await problemsInSteps(sources, steps)));
  if (problems.length > 0) throw new BadFeatures(problems);
}

/** Placeholders that are no JSONata, and blocks that cannot be JSON whatever is filled in. */
async function problemsInBlocks(source: FeatureSource): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const variant of variantsOf(source)) {
    for (const step of allSteps(source)) problems.push(...(await inStep(source, step, variant)));
  }
  // What is wrong in each of the variants is said once.
  const texts = new Set<string>();
  return problems.filter((one) => texts.size < texts.add(JSON.stringify(one)).size);
}

type Variant = Record<string, unknown>;

/** As many times as the feature runs. */
function variantsOf({ feature }: FeatureSource): readonly Variant[] {
  const variants: unknown = feature.frontMatter?.variants ?? [{}];
  return Array.isArray(variants) ? variants : [{}];
}

async function inStep(source: FeatureSource, step: Step, variant: Variant): Promise<Problem[]> {
  const { path } = source;
  const { codeBlock, line } = step;
  const title = await replaceVariantPlaceholders(step.title, variant);
  const code = await replaceVariantPlaceholders(codeBlock?.code ?? "", variant);
  const reasons = [title, code].flatMap((text) => [
    ...unknownVariants(text),
    ...badExpressions(text),
  ]);
  const bad = reasons.map((reason) => ({ path, line, reason }));
  const json = codeBlock?.language === "json" ? jsonProblem(code) : undefined;
  if (json === undefined) return bad;
  const codeLine = source.lines.indexOf("```json", line - 1) + 2;
  return [...bad, { path, line: codeLine + json.line, reason: `bad JSON: ${json.reason}` }];
}

/** Left over because the front matter does not have them. */
function unknownVariants(text: string): string[] {
  const left = [...text.matchAll(/<variant\.[^>]+>/g)];
  return left.map(
    ([placeholder]) => `${placeholder}: the front matter's variants have no such name`,
  );
}

async function problemsInSteps(
  sources: readonly FeatureSource[],
  steps: readonly StepDefinition[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const walker = suiteWalker(featureFiles(sources)).onStep(({ file, step }) => {
    const fitting = steps.filter((definition) => matchStep(definition, step.title) !== undefined);
    if (fitting.length === 1) return;
    const reason = `${fitting.length === 0 ? "unknown" : "ambiguous"} step: ${step.title}`;
    problems.push({ path: file.name, line: step.line, reason });
  });
  try {
    await walker.walk();
  } catch (error) {
    problems.push(problemOf(error as Error, sources));
  }
  return problems;
}

function problemOf(error: Error, sources: readonly FeatureSource[]): Problem {
  if (error instanceof UnreplacedPlaceholdersError) {
    const names = error.unreplaced.map(({ placeholder }) => placeholder).join(", ");
    const reason = `${names}: a title's placeholder needs a value in exampleContext`;
    return { path: error.file.name, line: error.step.line, reason };
  }
  // The run configuration or a circle of needs: the library names the feature or the file.
  const named = sources.find(({ title, path }) =>
    [`"${title}"`, path].some((name) => error.message.includes(name)),
  );
  return { path: named?.path ?? sources[0]?.path ?? "", line: 1, reason: error.message };
}

function allSteps({ feature }: FeatureSource): Step[] {
  return feature.scenarios.flatMap(({ steps }) => steps);
}

function badExpressions(text: string): string[] {
  return [...text.matchAll(/\$(?:number)?\{([^}]+)\}/g)].flatMap(([whole, expression = ""]) => {
    try {
      jsonata(expression);
      return [];
    } catch (error) {
      return [`${whole} is no JSONata expression: ${(error as Error).message}`];
    }
  });
}

/** @returns the line within the code, from 0 */
function jsonProblem(code: string): { readonly line: number; readonly reason: string } | undefined {
  // A placeholder may stand for a whole value, or inside a string.
  if (parseError(code) === undefined) return undefined;
  const filled = code.replace(/\$\{[^}]+\}/g, "0");
  const reason = parseError(filled);
  if (reason === undefined) return undefined;
  const position = Number(/at position (\d+)/.exec(reason)?.[1] ?? filled.length);
  return { line: filled.slice(0, position).split("\n").length - 1, reason };
}

function parseError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message.replaceAll("\n", " ");
  }
}
