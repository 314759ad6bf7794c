import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { imageFromScript } from "../../../tools/build/image.ts";
import { startLocalSide } from "../../features/runner/local-side.ts";
import { runFeatures } from "../../features/runner/run.ts";
import { projectFeature } from "../../features/runner/testing/project-feature.ts";
import { linkProfiles } from "../link-profile.ts";
import { SerialBoard } from "./serial-board.ts";
import { FakeBoard } from "./testing/fake-board.ts";
import { noPseudoTerminal as skip } from "./testing/pseudo-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "fake-board-"));
after(() => rmSync(folder, { recursive: true }));

const credentials = { broker: { ca: "ca", cert: "cert", key: "key" }, files: { ca: "ca" } };
const settings = { thingName: "t", brokerHost: "broker.example", brokerPort: 8883 };

test("a board is flashed, started, read and reset by commands and a serial port", {
  skip,
}, async () => {
  const flashPath = join(folder, "driven.bin");
  const fake = await FakeBoard.start({ flashPath, resolve: () => undefined });
  const board = await SerialBoard.open(fake.config, credentials);
  try {
    const source = 'trace("tracker-fota 3.2.1 on t\\n"); trace("ready\\n");';
    const image = await imageFromScript({ source, version: "3.2.1" });
    await board.flash({ slot0: image });
    await board.provision(settings);
    const lines: { atMs: number; text: string }[] = [];
    const ready = new Promise<void>((resolve) => {
      board.onConsole((line) => {
        lines.push(line);
        if (line.text === "ready") resolve();
      });
    });
    await board.powerOn();
    assert.equal(await board.readVersion(), "3.2.1");
    await ready;
    const texts = lines.map(({ text }) => text);
    assert.deepEqual(texts.slice(-2), ["tracker-fota 3.2.1 on t", "ready"]);
    const times = lines.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );

    const slot = await board.readFlash("image-0");
    assert.deepEqual(Buffer.from(slot.subarray(0, image.byteLength)), Buffer.from(image));

    await board.reset();
    assert.equal(await board.readVersion(), "3.2.1");
    assert.ok(lines.length > texts.length, "the reset printed nothing");
  } finally {
    await board.stop();
    await fake.stop();
  }
});

test("what a board cannot do is said, not skipped", { skip }, async () => {
  const flashPath = join(folder, "poor.bin");
  const fake = await FakeBoard.start({ flashPath, resolve: () => undefined });
  const board = await SerialBoard.open({ ...fake.config, commands: {} }, credentials);
  try {
    await assert.rejects(board.cutPower(), /no command powerOff/);
    await assert.rejects(board.readFlash(), /no command readFlash/);
    assert.throws(() => board.setLink(linkProfiles["lte-m"]), /not the rig's/);
    board.setLink(linkProfiles.none);
  } finally {
    await board.stop();
  }
  // Nothing is flashed yet: the probe refuses, and its words reach the caller.
  const other = await SerialBoard.open(fake.config, credentials);
  try {
    await assert.rejects(other.powerOn(), /nothing is flashed/);
  } finally {
    await other.stop();
    await fake.stop();
  }
});

test("a port that is not there is an error", async () => {
  const config = { serialPort: join(folder, "no-such-port"), baudRate: 9600, commands: {} };
  await assert.rejects(SerialBoard.open(config, credentials), /no-such-port/);
});

test("the same feature runs on a board as on the virtual tracker", { skip }, async () => {
  const side = await startLocalSide();
  const flashPath = join(folder, "updated.bin");
  const fake = await FakeBoard.start({ flashPath, resolve: side.resolve });
  try {
    const boards = { real: new Map([["alpha", fake.config]]), others: "linux" as const };
    const startCloud = () => Promise.resolve(side);
    const feature = projectFeature("successful-update.feature.md");
    const report = await runFeatures([feature], { startCloud, boards });
    assert.equal(report.ok, true, JSON.stringify(report.features, undefined, 1));
    assert.equal(report.counts.steps.passed, 7);
  } finally {
    await fake.stop();
  }
});
