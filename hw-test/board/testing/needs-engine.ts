import * as node from "node:test";
import { engineIsMissing } from "../program.ts";

// node:test for files of which every test needs the engine: where it cannot be built they are skipped
// by name, with the line that says what to install.

const skip = engineIsMissing() ?? false;
type Work = (context: node.TestContext) => void | Promise<void>;

export function test(name: string, ...rest: [Work] | [node.TestOptions, Work]): void {
  const [options, work] = rest.length === 2 ? rest : [{}, rest[0]];
  node.test(name, skip === false ? options : { ...options, skip }, work);
}

export function describe(
  name: string,
  ...rest: [() => void] | [node.TestOptions, () => void]
): void {
  const [options, work] = rest.length === 2 ? rest : [{}, rest[0]];
  node.describe(name, skip === false ? options : { ...options, skip }, work);
}

/** Of a file: nothing is made ready for tests that are skipped. */
export function before(work: () => void | Promise<void>): void {
  if (skip === false) node.before(work);
}
