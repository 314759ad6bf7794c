import type { JobListener } from "../bench/job-listener.ts";
import { jsonOf } from "./code-block.ts";
import { type StepCall, type StepDefinition, step } from "./definition.ts";
import { show } from "./difference.ts";
import { wholeNumber } from "./whole-number.ts";
import { store } from "./world.ts";

/** Steps by which connected trackers send and receive messages of any kind. */
export const messageSteps: readonly StepDefinition[] = [
  step(
    "the `{tracker}` tracker publishes this message to the topic `{topic}`",
    async ({ tracker, topic }, call) => {
      await connected(call, tracker).publish(topic, JSON.stringify(jsonOf(call)));
    },
  ),
  step(
    "the `{tracker}` tracker is subscribed to the topic `{topic}`",
    async ({ tracker, topic }, call) => connected(call, tracker).subscribe(topic),
  ),
  step(
    "the `{tracker}` tracker receives a message on the topic `{topic}` into `{name}`",
    async ({ tracker, topic, name }, call) => {
      store(call.world, name, json(await receive(call, tracker, topic)));
    },
  ),
  step(
    "the `{tracker}` tracker receives a raw message on the topic `{topic}` into `{name}`",
    async ({ tracker, topic, name }, call) => {
      store(call.world, name, (await receive(call, tracker, topic)).toString("hex"));
    },
  ),
  step(
    "the `{tracker}` tracker receives `{count}` messages on the topic `{topic}` into `{name}`",
    async ({ tracker, count, topic, name }, call) => {
      const messages: unknown[] = [];
      while (messages.length < wholeNumber(count)) {
        messages.push(json(await receive(call, tracker, topic)));
      }
      store(call.world, name, messages);
    },
  ),
  step("the `{tracker}` tracker updates its reported state with", async ({ tracker }, call) => {
    const { id } = call.bench.trackers.get(tracker).registered;
    const listener = connected(call, tracker);
    const topic = `$aws/things/${id}/shadow/update`;
    await listener.subscribe(`${topic}/+`);
    await listener.publish(topic, JSON.stringify({ state: { reported: jsonOf(call) } }));
    const answer = await listener.receive(`${topic}/accepted`, `${topic}/rejected`);
    if (answer.topic === `${topic}/accepted`) return;
    throw new Error(`the shadow refuses it: ${answer.payload.toString("utf8")}`);
  }),
];

function connected({ bench }: StepCall, tracker: string): JobListener {
  const { listener } = bench.trackers.get(tracker);
  if (listener !== undefined) return listener;
  throw new Error(`the ${tracker} tracker is not connected`);
}

async function receive(call: StepCall, tracker: string, topic: string): Promise<Buffer> {
  const listener = connected(call, tracker);
  await listener.subscribe(topic);
  return (await listener.receive(topic)).payload;
}

function json(message: Buffer): unknown {
  const text = message.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`the message is no JSON: ${show(text)}`);
  }
}
