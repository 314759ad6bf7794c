import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { bundleForEspruino } from "./espruino.ts";
import { gate } from "./espruino-gate.ts";
import { linesOf } from "./testing/espruino-context.ts";
import { pieces } from "./testing/espruino-pieces.ts";

describe("a script for Espruino", { timeout: 120_000 }, () => {
  let code = "";
  before(async () => {
    code = await bundleForEspruino("7.8.9", "client");
  });

  it("has nothing in it that Espruino lacks or gets wrong", () => {
    assert.deepEqual(gate(code), []);
  });

  it("is ASCII, with the prelude first, the version and a trust anchor in it", () => {
    assert.ok(!/[^\n\x20-\x7e]/.test(code));
    assert.ok(code.indexOf("Object.freeze=") < 30);
    assert.match(code, /7\.8\.9/);
    assert.match(code, /development=04[0-9a-f]{128}/);
  });

  it("is as clean for application updates alone", async () => {
    const application = await bundleForEspruino("7.8.9", "application");
    assert.deepEqual(gate(application), []);
    assert.match(application, /development=04[0-9a-f]{128}/);
    assert.ok(!application.includes("mqtt"), "no part of the client");
  });

  it("is made of classes still, which cost less than what they would be lowered to", () => {
    assert.ok(code.split("class ").length > 40);
  });
});

describe("the pieces of the core, built for Espruino", { timeout: 120_000 }, () => {
  let code = "";
  before(async () => {
    const entry = new URL("testing/espruino-pieces.ts", import.meta.url);
    code = await bundleForEspruino("7.8.9", entry);
  });

  it("say without what Espruino lacks what they say on Node", () => {
    const expected: string[] = [];
    pieces((line) => expected.push(line));
    assert.ok(expected.length > 50, `${expected.length} pieces`);
    assert.ok(expected.every((line) => !line.includes(' = "throws')));
    assert.deepEqual(linesOf(code), expected);
  });

  it("pass the gate", () => {
    assert.deepEqual(gate(code), []);
  });

  it("need the prelude: the gaps are there", () => {
    const unaided = code.slice(code.indexOf("fota="));
    assert.throws(() => linesOf(`var ${unaided}`), /Object\.freeze is not a function/);
  });
});

describe("the gate of such scripts", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["async function f(){}", "async"],
    ["function f(a){return[...a]}", "spread"],
    ["var a={b:1};var {b}=a", "destructuring"],
    ["function f(a=1){return a}", "default parameter"],
    ["function f(...a){return a}", "rest parameter"],
    ["function* f(){}", "generator"],
    ["var a={};print(a?.b)", "?."],
    ["print(2**3)", "**"],
    ["class A{b=1}", "class field"],
    ["class A{delete(){}}", "method delete"],
    ["var a='b';print({[a]:1})", "computed name"],
    ["a:for(;;)break a", "label"],
    ["print(1);function f(){}", "function that is not first"],
    ["function f(){print(a);var a=1}", "a before it is there"],
    ["function f(){new A;class A{}}", "A before it is there"],
    ["print(new Map)", "unknown name Map"],
    ["print(Math.imul(1,2))", ".imul"],
    ["function f(a){a.length=0}", ".length = 0"],
    ["function f(g){for(const a of g)g.push(()=>a)}", "a of a loop kept"],
    ["function f(g){for(;;){let a=g();g(()=>a)}}", "a of a loop kept"],
  ];
  for (const [code, said] of cases) {
    it(`sees ${said} in ${code}`, () => {
      assert.deepEqual(
        gate(code).map((one) => one.replace(/^\d+:\d+: /, "")),
        [said],
      );
    });
  }

  it("lets pass what is right", () => {
    const code = `"use strict";function f(a){return g(a)}function g(a){var b=a;return()=>b}
      class A{constructor(){this.length=0}get c(){return this.length}}
      for(const d of[1])print(d+new A().c+f(d)());try{f()}catch(e){print(e.message)}`;
    assert.deepEqual(gate(code), []);
  });
});
