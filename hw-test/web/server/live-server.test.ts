import assert from "node:assert/strict";
import { get } from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Order, orderForms } from "../record/orders.ts";
import { RunRecord } from "../record/run-record.ts";
import { type LiveServer, startLiveServer } from "./live-server.ts";

const page = { script: "let a;", style: "" };

describe("the live page's server", () => {
  let record: RunRecord;
  let server: LiveServer;
  let orders: Order[];
  let refusal: string | undefined;
  beforeEach(async () => {
    record = new RunRecord();
    orders = [];
    refusal = undefined;
    const onOrder = async (order: Order) => {
      if (refusal !== undefined) throw new Error(refusal);
      orders.push(order);
    };
    server = await startLiveServer({ record, port: 0, page, onOrder });
  });
  afterEach(() => server.stop());

  /** As a page does: what the stream has said when all events were there. */
  async function follow(wanted: number): Promise<{ text: string; token: string }> {
    const { body } = await fetch(`${server.url}events`);
    assert.ok(body !== null);
    let text = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.split('"kind"').length > wanted && text.includes("token")) break;
    }
    const token = /"token":"(\w+)"/.exec(text)?.[1] ?? "";
    return { text, token };
  }

  async function give(order: unknown, headers: Record<string, string>): Promise<number> {
    const body = JSON.stringify(order);
    const { status } = await fetch(`${server.url}orders`, { method: "POST", headers, body });
    return status;
  }

  it("makes no event into text while nobody looks, and all of them for who comes late", async () => {
    for (let count = 0; count < 5_000; count++) record.add({ kind: "console", text: "line" });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(server.eventsSent, 0);
    await follow(5_000);
    assert.equal(server.eventsSent, 5_000);
  });

  it("takes every order of a page, and none without the page's token", async () => {
    const { token } = await follow(0);
    const given = Object.entries(orderForms).map(([name, form]) => {
      const values = "values" in form ? form.values : undefined;
      return { name, value: values === undefined ? "" : values === "permille" ? "50" : values[1] };
    });
    for (const order of given) {
      assert.equal(await give(order, {}), 403);
      assert.equal(await give(order, { "X-Token": "0".repeat(token.length) }), 403);
      assert.equal(await give(order, { "X-Token": token }), 204);
    }
    assert.deepEqual(orders, given);
  });

  it("refuses what is no order, and says why one cannot be done now", async () => {
    const { token } = await follow(0);
    const bad = [
      7,
      null,
      {},
      { name: "toString" },
      { name: "link", value: "wet string" },
      { name: "battery", value: "1001" },
      { name: "battery", value: "-1" },
      { name: "reset", value: "hard" },
      { name: "reset", value: "x".repeat(5_000) },
    ];
    for (const order of bad) assert.equal(await give(order, { "X-Token": token }), 400);
    assert.deepEqual(orders, []);
    refusal = "the tracker is off";
    const headers = { "X-Token": token };
    const body = JSON.stringify({ name: "reset" });
    const response = await fetch(`${server.url}orders`, { method: "POST", headers, body });
    assert.deepEqual([response.status, await response.text()], [409, refusal]);
  });

  it("answers nobody who calls it by another name, and lets no other site read", async () => {
    const host = "rebound.example";
    const status = await new Promise((resolve, reject) => {
      const request = get(server.url, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on("error", reject);
    });
    assert.equal(status, 403);
    const { headers } = await fetch(server.url, { headers: { Origin: "http://other.example" } });
    assert.equal(headers.get("access-control-allow-origin"), null);
  });
});
