import assert from "node:assert/strict";
import { it } from "node:test";
import { describe } from "../../board/testing/needs-engine.ts";
import { Random } from "../../desk/random.ts";
import { newNames } from "./hostile-message.ts";
import { MessageBench } from "./message-bench.ts";
import type { Heard } from "./scripted-broker.ts";

const bytes = (body: object) => Buffer.from(JSON.stringify(body));

/** What XS once read, it keeps: names above all. So none of these may reach the engine. */
describe("names from outside, on XS memory limits", { concurrency: true }, () => {
  it("400 in a job document: the job is judged as if they were not there", async () => {
    await MessageBench.run(async ({ broker, inTime }) => {
      const names = newNames(new Random(1), 400);
      const told = new Promise<Heard>((resolve) => {
        broker.onRequest = (heard) => {
          if (heard.topic.endsWith("/update")) resolve(heard);
          if (heard.topic !== "start-next") return;
          const jobDocument = { operation: "reboot", ...names };
          const execution = { jobId: "j1", status: "IN_PROGRESS", versionNumber: 1, jobDocument };
          const body = { clientToken: heard.token, timestamp: 1, execution };
          void broker.say("start-next/accepted", bytes(body));
        };
      });
      const { topic, body } = await inTime(told);
      assert.equal(topic, "j1/update");
      assert.equal(body["status"], "REJECTED");
      const details = body["statusDetails"] as Record<string, string>;
      assert.equal(details["reason"], "OPERATION_UNSUPPORTED");
    });
  });

  const floods: readonly (readonly [string, string, object])[] = [
    ["40 in each of 14 notices", "notify-next", {}],
    ["40 in each of 14 replies to another", "start-next/accepted", { clientToken: "another" }],
    ["40 in each of 14 replies to nothing", "j9/get/accepted", {}],
  ];
  for (const [name, topic, fields] of floods) {
    it(`${name}: the tracker is still there`, async () => {
      await MessageBench.run(async ({ broker, inTime, tracker }) => {
        for (let seed = 0; seed < 14; seed += 1) {
          const names = newNames(new Random(seed), 40);
          const execution = { statusDetails: newNames(new Random(seed + 100), 40) };
          await broker.say(topic, bytes({ ...fields, ...names, execution }));
        }
        await inTime(broker.heardAll());
        assert.equal(tracker.resets, 0);
      });
    });
  }

  it("3 in each of 150 small jobs, one after the other: each is answered", async () => {
    await MessageBench.run(async ({ broker, inTime }) => {
      let jobs = 0;
      const done = new Promise<void>((resolve) => {
        broker.onRequest = ({ topic, token }) => {
          const reply = { clientToken: token, timestamp: 1, ...newNames(new Random(jobs), 3) };
          if (topic === "start-next") {
            jobs += 1;
            const jobDocument = { operation: "reboot", ...newNames(new Random(-jobs), 3) };
            const jobId = `job-${jobs}`;
            const execution = { jobId, status: "IN_PROGRESS", versionNumber: 1, jobDocument };
            void broker.say(`${topic}/accepted`, bytes({ ...reply, execution }));
          } else {
            const executionState = { status: "REJECTED", versionNumber: 2 };
            void broker.say(`${topic}/accepted`, bytes({ ...reply, executionState }));
          }
          if (jobs === 150) resolve();
        };
      });
      await inTime(done);
      assert.equal(jobs, 150);
    });
  });
});
