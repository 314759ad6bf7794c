import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RunEvent } from "../record/run-event.ts";
import { eventsIn } from "../testing/report.ts";
import { pageHtml } from "./page-file.ts";

const parts = { script: "let a;", style: "" };

describe("the page's file", () => {
  it("takes nothing from a run for markup", () => {
    const attack = fc.constantFrom(
      "</script><img src=x onerror=alert(1)>",
      "<!--<script>",
      "]]>",
      "&lt;b&gt;",
      "\u2028</SCRIPT >",
    );
    const text = fc
      .array(fc.oneof(attack, fc.string({ unit: "grapheme" })))
      .map((all) => all.join(""));
    const empty = pageHtml(parts, []);
    fc.assert(
      fc.property(text, text, (line, body) => {
        const events: RunEvent[] = [
          { kind: "console", atMs: 0, text: line },
          { kind: "message", atMs: 1, from: "cloud", topic: "jobs/notify", body },
        ];
        const html = pageHtml(parts, events);
        assert.deepEqual(eventsIn(html), events);
        assert.equal(html.split("<").length, empty.split("<").length, "no markup of its own");
      }),
    );
  });

  it("asks no network for anything, live only its own server", () => {
    const html = pageHtml(parts, []);
    assert.match(html, /default-src 'none'/);
    assert.doesNotMatch(html, /connect-src/);
    assert.match(pageHtml(parts), /connect-src 'self'/);
  });
});
