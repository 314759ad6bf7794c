import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { StepKeyword } from "@nordicsemiconductor/bdd-markdown";
import { refreshAnswer } from "./aws-answer.ts";
import { jsonOf } from "./code-block.ts";
import { type StepCall, type StepDefinition, step } from "./definition.ts";
import { difference, show } from "./difference.ts";
import { wholeNumber } from "./whole-number.ts";
import { evaluate, store } from "./world.ts";

/** Steps that make values. */
export const valueSteps: readonly StepDefinition[] = [
  step("I have a random UUID in `{name}`", ({ name }, { world }) => {
    store(world, name, randomUUID());
  }),
  step("I have a random email in `{name}`", ({ name }, { world }) => {
    store(world, name, `${randomBytes(8).toString("hex")}@example.com`);
  }),
  step("I have a random password in `{name}`", ({ name }, { world }) => {
    // One of each kind of character that Cognito's default policy asks for.
    store(world, name, `${randomBytes(12).toString("hex")}aA1!`);
  }),
  step("I have a random string of `{length}` characters in `{name}`", (words, { world }) => {
    const length = wholeNumber(words.length);
    store(world, words.name, randomBytes(length).toString("hex").slice(0, length));
  }),
  step("I have a random number between `{from}` and `{to}` in `{name}`", storeWhole),
  step("I store a random number between `{from}` and `{to}` into `{name}`", storeWhole),
  step("I have a random float between `{from}` and `{to}` in `{name}`", storeFloat),
  step("I store a random float between `{from}` and `{to}` into `{name}`", storeFloat),
  step("I have this JSON-encoded in `{name}`", ({ name }, call) => {
    // Without its quotes: so that it can stand between those of a JSON string.
    const text = JSON.stringify(JSON.stringify(jsonOf(call)));
    store(call.world, name, text.slice(1, -1));
  }),
  step("I store the value of `{expression}` in `{name}`", storeValue),
  step("I store `{expression}` into `{name}`", storeValue),
  step("I parse JSON-encoded `{expression}` into `{name}`", async (words, { world }) => {
    const text = await evaluate(words.expression, world);
    if (typeof text !== "string") throw new Error(`${words.expression}: ${show(text)} is no text`);
    try {
      store(world, words.name, JSON.parse(text));
    } catch (error) {
      throw new Error(`${words.expression} is no JSON: ${(error as Error).message}`);
    }
  }),
];

interface Between {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

function storeWhole(words: Between, { world }: StepCall): void {
  const [from, to] = [numberOf(words.from), numberOf(words.to)];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new Error(`${words.from} and ${words.to} are not whole numbers`);
  }
  checkOrder(from, to);
  store(world, words.name, randomInt(from, to + 1));
}

function storeFloat(words: Between, { world }: StepCall): void {
  const [from, to] = [numberOf(words.from), numberOf(words.to)];
  checkOrder(from, to);
  store(world, words.name, from + Math.random() * (to - from));
}

function checkOrder(from: number, to: number): void {
  if (to < from) throw new Error(`there is no number between ${from} and ${to}`);
}

async function storeValue(
  words: { readonly expression: string; readonly name: string },
  { world }: StepCall,
): Promise<void> {
  const value = await evaluate(words.expression, world);
  if (value === undefined) throw new Error(`${words.expression} has no value`);
  store(world, words.name, value);
}

/** Decimal, with a sign and a fraction if need be. */
function numberOf(text: string): number {
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  throw new Error(`${text} is not a number`);
}

/** Steps that compare values. */
export const comparisonSteps: readonly StepDefinition[] = [
  step("`{expression}` should equal `{value}`", async ({ expression, value }, call) => {
    const found = await current(expression, call);
    if (typeof found === "string" ? found === value : show(found) === value) return;
    throw new Error(`${expression}: expected ${value}, found ${show(found)}`);
  }),
  step("`{expression}` should equal true", async (words, call) => same(words, true, call)),
  step("`{expression}` should equal false", async (words, call) => same(words, false, call)),
  step("`{expression}` should equal {number}", async (words, call) =>
    same(words, numberOf(words.number), call),
  ),
  step("`{expression}` should equal", async ({ expression }, call) => {
    const found = await current(expression, call);
    const problem = difference(jsonOf(call), found, { extra: "refused", at: expression });
    if (problem !== undefined) throw new Error(problem);
  }),
  step("`{expression}` should match", async ({ expression }, call) => {
    const found = await current(expression, call);
    const problem = difference(jsonOf(call), found, { extra: "allowed", at: expression });
    if (problem !== undefined) throw new Error(problem);
  }),
  step("`{expression}` should be at most `{limit}`", async ({ expression, limit }, call) => {
    const found = await current(expression, call);
    if (typeof found === "number" && found <= wholeNumber(limit)) return;
    throw new Error(`${expression}: expected at most ${limit}, found ${show(found)}`);
  }),
  step("`{expression}` should be at least `{limit}`", async ({ expression, limit }, call) => {
    const found = await current(expression, call);
    if (typeof found === "number" && found >= wholeNumber(limit)) return;
    throw new Error(`${expression}: expected at least ${limit}, found ${show(found)}`);
  }),
];

/** The value itself, not what it looks like. */
async function same(
  { expression }: { readonly expression: string },
  wanted: boolean | number,
  call: StepCall,
): Promise<void> {
  const found = await current(expression, call);
  if (found === wanted) return;
  throw new Error(`${expression}: expected ${wanted}, found ${show(found)}`);
}

/** What a `Soon` step looks at may change: so an answer of AWS is asked for once more. */
async function current(expression: string, call: StepCall): Promise<unknown> {
  if (call.step.keyword === StepKeyword.Soon) await refreshAnswer(call, expression);
  return evaluate(expression, call.world);
}
