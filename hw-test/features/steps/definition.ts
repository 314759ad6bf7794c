import type { Step } from "@nordicsemiconductor/bdd-markdown";
import type { Bench } from "../bench/bench.ts";
import type { World } from "./world.ts";

/** One use of a step in a feature. */
export interface StepCall {
  readonly bench: Bench;
  readonly world: World;
  /** Its placeholders are replaced. */
  readonly step: Step;
}

/** A sentence that features may use, and what it does. It fails by throwing. */
export interface StepDefinition {
  /** As in steps/README.md, for example: I connect the `{tracker}` tracker */
  readonly text: string;
  readonly pattern: RegExp;
  readonly run: (words: Readonly<Record<string, string>>, call: StepCall) => Promise<void>;
}

/** The names between braces in a step's text. */
type WordNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | WordNames<Rest>
  : never;

/**
 * A step whose text has `{name}` between backquotes where a feature puts a word of its own, or
 * `{number}` without them where it puts a number.
 */
export function step<const Text extends string>(
  text: Text,
  run: (words: Readonly<Record<WordNames<Text>, string>>, call: StepCall) => Promise<void> | void,
): StepDefinition {
  return {
    text,
    pattern: patternOf(text),
    async run(words, call) {
      await run(words as Readonly<Record<WordNames<Text>, string>>, call);
    },
  };
}

/** The words of `title`, or undefined if it is another step's. */
export function matchStep(
  { pattern }: StepDefinition,
  title: string,
): Readonly<Record<string, string>> | undefined {
  const match = pattern.exec(title);
  if (match === null) return undefined;
  const words = { ...match.groups };
  return "tracker" in words ? { ...words, tracker: words["tracker"] ?? NAMELESS } : words;
}

/** What "the tracker" is called where a feature has no name for it. */
export const NAMELESS = "default";

/**
 * Line breaks in a Markdown paragraph count as spaces; a colon at the end may be left out, and so may
 * the name of a tracker.
 */
function patternOf(text: string): RegExp {
  const source = text
    .replace(/:$/, "")
    .split(/(`\{\w+\}`(?: (?=tracker\b))?)/)
    .map((part) => {
      const name = /^`\{(\w+)\}`/.exec(part)?.[1];
      const word = `\`(?<${name}>[^\`]*)\``;
      if (name !== undefined) return part.endsWith(" ") ? `(?:${word}\\s+)?` : word;
      return part
        .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
        .replaceAll(" ", "\\s+")
        .replace("\\{number\\}", "(?<number>-?\\d[\\d.]*)");
    })
    .join("");
  return new RegExp(`^${source}:?$`);
}
