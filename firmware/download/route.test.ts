import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { Route } from "./route.ts";

const original = { host: "a.example", port: 443, path: "/file" };
const fresh = { host: "a.example", port: 443, path: "/file?fresh" };

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}

describe("a route", () => {
  it("follows redirects, and begins again at the job's URL", () => {
    const route = new Route(original);
    assert.equal(route.target, original);
    assert.equal(route.isRedirected(), false);
    route.follow("https://b.example/one");
    route.follow("two");
    assert.deepEqual(route.target, { host: "b.example", port: 443, path: "/two" });
    assert.equal(route.isRedirected(), true);
    route.restart();
    assert.equal(route.target, original);
    assert.equal(route.isRedirected(), false);
  });

  it("begins at a fresh URL once there is one", () => {
    const route = new Route(original);
    route.follow("/elsewhere");
    route.replace(fresh);
    assert.equal(route.target, fresh);
    assert.equal(route.isRedirected(), false);
  });

  it("has config.redirectMax redirects, again after each arrival or restart", () => {
    const route = new Route(original);
    for (const begin of [() => route.arrived(), () => route.restart()]) {
      begin();
      for (let count = 0; count < config.redirectMax; count += 1) route.follow("/next");
    }
    assert.throws(() => route.follow("/next"), refusal("REDIRECT_REFUSED"));
  });

  it("has config.redirectTotalMax redirects in all, whatever comes in between", () => {
    const route = new Route(original);
    const refresh = [() => route.arrived(), () => route.restart(), () => route.replace(fresh)];
    for (let count = 0; count < config.redirectTotalMax; count += 1) {
      route.follow("/next");
      refresh[count % refresh.length]?.();
    }
    assert.throws(() => route.follow("/next"), refusal("REDIRECT_REFUSED"));
  });

  it("leads nowhere without a Location, and to no host that is none", () => {
    assert.throws(() => new Route(original).follow(undefined), refusal("HTTP_RESPONSE"));
    const route = new Route({ ...original, host: "no host" });
    assert.throws(() => route.check(), refusal("LOCATION_UNSUPPORTED"));
  });
});
