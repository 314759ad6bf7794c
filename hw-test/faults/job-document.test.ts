import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Failure, failures } from "../../firmware/failure.ts";
import { type JobDocument, parseJobDocument } from "../../firmware/job/document.ts";
import { admit } from "../../firmware/update/admission.ts";
import { Trust } from "../../firmware/update/trust.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { platformOf, settings } from "../desk/device.ts";
import { DeviceClock } from "../desk/device-clock.ts";
import { McubootModel } from "../desk/mcuboot-model.ts";
import { PowerSupply } from "../desk/power-supply.ts";
import { PoweredFlash } from "../desk/powered-flash.ts";
import { PoweredStore } from "../desk/powered-store.ts";
import { deskTrust } from "../desk/signing.ts";
import { readDocument } from "../model/job-message.ts";
import { NorFlash } from "../model/nor-flash.ts";
import { ScriptedNetwork } from "../model/scripted-network.ts";
import { VirtualClock } from "../model/virtual-clock.ts";
import { smallImage } from "./testing/fault-bench.ts";

const text = readFileSync(new URL("../../docs/job-document.md", import.meta.url), "utf8");

const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => json);

const violations = [...text.matchAll(/^\| `(\{.*\})` \| (\w+) \| (\w+) \|$/gm)].map(
  ([, change = "", code = "", job = ""]) => ({ change, code, job }),
);

const geometry = {
  byteLength: partitions["image-0"].byteLength,
  blockLength: 4096,
  writeAlign: 4,
  eraseValue: 0xff,
};

/** 2026-11-27, before the example expires. */
const NOW_S = 1_795_737_600;

const supply = new PowerSupply([], () => undefined);
const part = (name: "primary" | "secondary") =>
  new PoweredFlash({ nor: new NorFlash(geometry), part: name, supply, torn: undefined });
/** The clock, the network and the store are not asked before the download. */
const anyPlatform = platformOf({
  clock: new DeviceClock(new VirtualClock()),
  network: new ScriptedNetwork(),
  ports: new McubootModel(part("primary"), part("secondary")).ports(undefined),
  store: new PoweredStore(supply, () => 0),
  random: () => 0,
  log: () => undefined,
  wasPowerLoss: false,
});

/** What the tracker of the document's last section makes of a document, before any download. */
function take(document: unknown): JobDocument {
  const parsed = parseJobDocument("job-1", readDocument(document));
  const primary = new NorFlash(geometry, smallImage("1.0.0"));
  const platform = { ...anyPlatform, primary, secondary: new NorFlash(geometry) };
  // The least document is for trackers that have no hardware id.
  const hardware = document === least ? undefined : "board-a";
  const trust = new Trust(deskTrust, platform);
  admit(parsed, { settings: { ...settings, hardware }, platform, trust, nowS: NOW_S });
  return parsed;
}

function codeOf(document: unknown): string {
  try {
    take(document);
    return "taken";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.code;
  }
}

let least: unknown;

describe("docs/job-document.md", () => {
  it("has examples that are taken", () => {
    assert.equal(examples.length, 3);
    least = JSON.parse(examples[0] ?? "");
    assert.equal(take(least).size, 392_746);
    for (const example of examples.slice(1)) {
      const document = { hardware: "board-a", ...JSON.parse(example) };
      assert.equal(take(document).size, 392_746);
    }
  });

  it("says what each violation gives", () => {
    assert.ok(violations.length >= 20);
    const full: Record<string, unknown> = JSON.parse(examples[1] ?? "");
    for (const { change, code, job } of violations) {
      assert.equal(codeOf({ ...full, ...JSON.parse(change) }), code, change);
      const known: Readonly<Record<string, { readonly status: string }>> = failures;
      assert.equal(known[code]?.status, job, code);
    }
  });

  it("lists every field", () => {
    const listed = [...text.matchAll(/^\| `([\w.[\]]+)` \|/gm)].map(([, name]) => name);
    const source = readFileSync(new URL("../../firmware/job/document.ts", import.meta.url), "utf8");
    const read = [...source.matchAll(/Field\(document, (?:\{ name: )?"(\w+)"/g)].map(([, n]) => n);
    assert.ok(read.length >= 9);
    for (const name of [...read, "operation", "location", "location.url", "location.host"].concat([
      "patches",
      "patches[].from",
      "patches[].size",
      "patches[].location",
    ])) {
      assert.ok(listed.includes(name), name);
    }
  });
});
