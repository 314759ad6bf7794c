import { Random } from "../desk/random.ts";
import type { Campaign, Case, Scope } from "./campaign.ts";
import { hostileMessage } from "./messages/hostile-message.ts";
import { MessageBench } from "./messages/message-bench.ts";

const TOTAL = 200_000;
/** To one tracker, from its power-on to its end. */
const BATCH = 10_000;
/** After so many the tracker's requests are heard, so that what follows can answer them. */
const BREATH = 16;

function* messageCases({ seed, limit = TOTAL, shard }: Scope): Generator<Case> {
  for (let first = shard.index * BATCH; first < limit; first += shard.count * BATCH) {
    yield flood({ first, count: Math.min(BATCH, limit - first) }, seed);
  }
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** The tracker reads all of them, acknowledges one behind the last, and was never reset. */
function flood({ first, count }: Range, seed: number): Case {
  const run = async () => {
    await MessageBench.run((bench) => bench.inTime(sayAll(bench, { first, count }, seed)));
    return { cases: count, cuts: 0, states: [] };
  };
  return { name: `${first}+${count}`, run };
}

async function sayAll({ broker }: MessageBench, { first, count }: Range, seed: number) {
  for (let number = first; number < first + count; number += 1) {
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    const { topic, payload } = hostileMessage(random, broker.newest);
    await broker.say(topic, payload);
    if (number % BREATH === 0) await broker.heardAll();
  }
  await broker.heardAll();
}

export const messagesCampaign: Campaign = {
  name: "messages",
  about: "hostile MQTT payloads to the virtual tracker, on XS memory limits: no reset",
  cases: messageCases,
  caseOf: (name, seed) => {
    const [, first, count] = /^(\d+)\+(\d+)$/.exec(name) ?? [];
    if (first === undefined) throw new RangeError(`${name}: as in "30000+10000"`);
    return flood({ first: Number(first), count: Number(count) }, seed);
  },
};
