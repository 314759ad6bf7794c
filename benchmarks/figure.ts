/** One thing measured, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Undefined where there is no goal. */
export function meetsGoal({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** One line: name, value, unit, and the goal with its verdict. */
export function figureLine(figure: Figure): string {
  const { name, value, unit, goal } = figure;
  const number = Number.isInteger(value) ? value.toLocaleString("en-US") : value.toFixed(2);
  const line = `  ${name.padEnd(58)}${number.padStart(12)} ${unit}`;
  if (goal === undefined) return line;
  const bound = "atMost" in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
  return `${line.padEnd(92)} goal ${bound}: ${meetsGoal(figure) ? "met" : "MISSED"}`;
}
