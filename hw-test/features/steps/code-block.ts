import type { CodeBlock } from "@nordicsemiconductor/bdd-markdown";
import type { StepCall } from "./definition.ts";

/** The step's block of code. @throws Error if it has none, or one with a placeholder left over */
function codeOf({ step }: StepCall): string {
  const block: CodeBlock | undefined = step.codeBlock;
  if (block === undefined) throw new Error("this step needs a block of code");
  const unknown = /\$\{[^}]+\}/.exec(block.code)?.[0];
  // What AWS IoT Jobs replaces itself is spelled the same way.
  if (unknown !== undefined && !unknown.startsWith("${aws:iot:")) {
    throw new Error(`${unknown} has no value`);
  }
  return block.code;
}

/** The step's block of code as JSON. */
export function jsonOf(call: StepCall): unknown {
  const code = codeOf(call);
  try {
    return JSON.parse(code) as unknown;
  } catch (error) {
    throw new Error(`with the values filled in this is no JSON: ${(error as Error).message}`);
  }
}

export function jsonObjectOf(call: StepCall): Readonly<Record<string, unknown>> {
  const value = jsonOf(call);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error("the block of code must be a JSON object");
}
