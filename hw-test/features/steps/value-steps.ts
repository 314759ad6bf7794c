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
  step("I have a random number between `{from}` and `{to}` in `{name}`", (words, { world }) => {
    const [from, to] = [wholeNumber(words.from), wholeNumber(words.to)];
    if (to < from) throw new Error(`there is no number between ${from} and ${to}`);
    store(world, words.name, randomInt(from, to + 1));
  }),
  step("I have this JSON-encoded in `{name}`", ({ name }, call) => {
    // Without its quotes: so that it can stand between those of a JSON string.
    const text = JSON.stringify(JSON.stringify(jsonOf(call)));
    store(call.world, name, text.slice(1, -1));
  }),
  step("I store the value of `{expression}` in `{name}`", async (words, { world }) => {
    const value = await evaluate(words.expression, world);
    if (value === undefined) throw new Error(`${words.expression} has no value`);
    store(world, words.name, value);
  }),
];

/** Steps that compare values. */
export const comparisonSteps: readonly StepDefinition[] = [
  step("`{expression}` should equal `{value}`", async ({ expression, value }, call) => {
    const found = await current(expression, call);
    if (typeof found === "string" ? found === value : show(found) === value) return;
    throw new Error(`${expression}: expected ${value}, found ${show(found)}`);
  }),
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

/** What a `Soon` step looks at may change: so an answer of AWS is asked for once more. */
async function current(expression: string, call: StepCall): Promise<unknown> {
  if (call.step.keyword === StepKeyword.Soon) await refreshAnswer(call, expression);
  return evaluate(expression, call.world);
}
