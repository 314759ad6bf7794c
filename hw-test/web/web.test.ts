import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { partitions } from "../../tools/image/memory-map.ts";
import { listen } from "../cloud/listen.ts";
import type { RunResult } from "../run/result.ts";
import type { RunFact } from "./record/run-event.ts";
import { RunRecord } from "./record/run-record.ts";
import { startLiveServer } from "./server/live-server.ts";
import { pageParts } from "./server/page-file.ts";
import { Browser, noChromium } from "./testing/chromium.ts";
import { NpmStart } from "./testing/npm-start.ts";
import { eventsIn } from "./testing/report.ts";

const folder = mkdtempSync(join(tmpdir(), "web-test-"));
const reportPath = join(folder, "run.html");
after(() => rmSync(folder, { recursive: true }));

/** In the middle of the swap. */
const CUT = "power@flash:450";
/** A download takes 18 s on it: time for a person. */
const LINK = ["--link", "lte-m"];
const browserMs = { timeout: 120_000 };
/** The first time the board and both firmwares are built before the tracker is on. */
const buildMs = { timeout: 600_000 };

function contents(page: Page, slot: "image-0" | "image-1"): Promise<string[]> {
  return page.$$eval(`.partition.${slot} .cell`, (cells) =>
    cells.map(({ className }) => String(className.split(" ")[1])),
  );
}

describe("a run to look at", () => {
  let browser: Browser | undefined;
  let start: NpmStart | undefined;
  before(async () => {
    if (noChromium === false) browser = await Browser.start();
  });
  after(async () => {
    start?.interrupt();
    await browser?.stop();
  });

  it("is watched on a page to its end, with the power cut by button and in the swap", {
    skip: noChromium,
  }, async () => {
    assert.ok(browser !== undefined);
    start = new NpmStart("--web", "--report", reportPath, ...LINK, "--fault", CUT, "--json");
    const [, url = ""] = await start.said(/^page: (http:\S+)$/m);
    const page = await browser.open(url);
    await page.locator(".partition.image-1 .cell.firmware").nth(5).waitFor(buildMs);
    await page.click("#cut-power");
    await page.locator("#said", { hasText: "Cut power now: done" }).waitFor();
    await page.locator(".console", { hasText: /download: \S+ from byte [1-9]/ }).waitFor();
    await page.locator("#outcome", { hasText: /^done/ }).waitFor(buildMs);
    assert.match((await page.textContent("#now")) ?? "", /runs 1\.0\.1; resets 1, power cuts 2,/);
    assert.match((await page.textContent("#cloud-job")) ?? "", /SUCCEEDED/);
    assert.match((await page.textContent("#tracker-job")) ?? "", /SUCCEEDED/);
    assert.deepEqual(browser.complaints(), []);
    await page.close();
    await start.said(/until Ctrl-C/);
    start.interrupt();
    assert.equal(await start.end(), 0, start.errors);
  });

  it("leaves a report that says what the rig counted", { skip: noChromium }, () => {
    const line = start?.output.trimEnd().split("\n").at(-1) ?? "";
    const { flash, store, bootloader } = JSON.parse(line) as RunResult;
    const operations = eventsIn(readFileSync(reportPath, "utf8")).filter(
      (event) => event.kind === "flash",
    );
    const count = (actor: string, operation: string, name?: keyof typeof partitions) => {
      const { offset, byteLength } = partitions[name ?? "image-1"];
      return operations.filter(
        (one) =>
          one.actor === actor &&
          one.operation === operation &&
          one.extent !== "none" &&
          (name === undefined || (one.address >= offset && one.address < offset + byteLength)),
      ).length;
    };
    assert.deepEqual(
      [count("firmware", "erase", "image-1"), count("firmware", "write", "storage")],
      [flash.erases, store.writes],
    );
    assert.deepEqual(
      [count("bootloader", "erase"), count("bootloader", "write")],
      [bootloader.erases, bootloader.writes],
    );
    assert.equal(operations.filter(({ extent }) => extent === "none").length, 1, "the cut one");
  });

  it("is opened offline from its report, at any time of the run", {
    skip: noChromium,
    ...browserMs,
  }, async () => {
    assert.ok(browser !== undefined);
    await browser.goOffline();
    const page = await browser.open(pathToFileURL(reportPath).href);
    const events = eventsIn(readFileSync(reportPath, "utf8"));
    const [byHand, inSwap] = events.filter(
      (event) => event.kind === "powerOff" && event.end === "power-cut",
    );
    assert.ok(byHand !== undefined && inSwap !== undefined);
    assert.equal((await contents(page, "image-0"))[0], "new");
    assert.equal((await contents(page, "image-1"))[0], "old");

    // What was written before the power went is there when the download goes on.
    await page.fill("#time", String(Math.ceil(byHand.atMs)));
    const before = await contents(page, "image-1");
    assert.ok(before.filter((content) => content === "new" || content === "both").length > 5);
    const goesOn = events.find(
      ({ kind, atMs }) => kind === "boot" && atMs > byHand.atMs && atMs < inSwap.atMs,
    );
    await page.fill("#time", String(Math.ceil(goesOn?.atMs ?? 0)));
    assert.deepEqual(await contents(page, "image-1"), before);

    await page.fill("#time", String(Math.floor(inSwap.atMs) - 1));
    assert.ok((await page.$$(".cell.bootloader")).length > 20, "pages the bootloader has moved");
    assert.match((await page.textContent(".partition.image-0 .trailer")) ?? "", /copy_done unset/);

    await page.click(".messages summary >> nth=3");
    assert.match((await page.textContent(".messages details[open] pre")) ?? "", /"jobId"/);
    assert.deepEqual(browser.complaints(), []);
  });

  it("is read by keyboard and by its words", { skip: noChromium, ...browserMs }, async () => {
    assert.ok(browser !== undefined);
    const page = await browser.open(pathToFileURL(reportPath).href);
    await page.focus("#map");
    await page.keyboard.press("ArrowRight");
    const said = await page.getAttribute("#map", "aria-valuetext");
    assert.match(said ?? "", /^0x[0-9a-f]{5}: (other data|erased), \d+ erases, \d+ writes/);
    await page.focus(".messages summary");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".messages details[open]").count(), 1);
    const sections = await page.locator("section").count();
    assert.ok(sections > 0);
    assert.equal(await page.getByRole("region", { name: /./ }).count(), sections, "all are named");
  });

  for (const width of [360, 2560]) {
    it(`keeps its layout at ${width} px`, { skip: noChromium, ...browserMs }, async () => {
      assert.ok(browser !== undefined);
      const page = await browser.open(pathToFileURL(reportPath).href, { width });
      assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= width);
      const places = () =>
        page.$$eval("section, .partition", (all) =>
          all.map((one) => {
            const { left, top, width: wide, height } = one.getBoundingClientRect();
            return [left, top, wide, height].map(Math.round);
          }),
        );
      const atEnd = await places();
      for (const share of [0, 0.2, 0.5, 0.8]) {
        const end = Number(await page.getAttribute("#time", "max"));
        await page.fill("#time", String(Math.floor(end * share)));
        assert.deepEqual(await places(), atEnd, `at ${share} of the run`);
      }
    });
  }
});

describe("a page left open", () => {
  it("shows one run after another at the same port", {
    skip: noChromium,
    ...browserMs,
  }, async () => {
    const browser = await Browser.start();
    const parts = await pageParts();
    const free = await listen(createServer(), 0, "test");
    await free.stop();
    const { port } = free;
    let page: Page | undefined;
    try {
      for (const to of ["1.0.1", "1.0.2", "1.0.3"]) {
        const record = new RunRecord();
        record.add(runTo(to));
        const server = await startLiveServer({ record, port, page: parts, onOrder: noOrder });
        page ??= await browser.open(server.url);
        await page.locator("#outcome", { hasText: `updating to ${to}` }).waitFor();
        record.add({ kind: "console", text: `hello from ${to}` });
        const lines = page.locator(".console .scroll div");
        await lines.filter({ hasText: `hello from ${to}` }).waitFor();
        assert.equal(await lines.count(), 1);
        await server.stop();
      }
    } finally {
      await browser.stop();
    }
  });
});

async function noOrder(): Promise<void> {
  assert.fail("nobody ordered anything");
}

function runTo(to: string): RunFact {
  const startedAt = "2026-01-01T00:00:00.000Z";
  const rest = {
    board: "linux",
    boot: "mcuboot" as const,
    faults: [],
    link: "none",
    totalBytes: 1,
  };
  return { kind: "run", id: to, startedAt, to, ...rest };
}

describe("npm start that cannot show the run", () => {
  const refusals: [name: string, args: () => string[], message: RegExp][] = [
    ["no such folder", () => ["--report", join(folder, "none/run.html")], /--report .*: ENOENT/],
    ["a folder", () => ["--report", folder], /--report .*: EISDIR/],
    ["a port without a page", () => ["--web-port", "8000"], /--web-port N needs --web/],
  ];
  for (const [name, args, message] of refusals) {
    it(`says so in one line: ${name}`, async () => {
      const start = new NpmStart(...args());
      assert.equal(await start.end(), 2);
      assert.match(start.errors, message);
      assert.equal(start.errors.trimEnd().split("\n").length, 1);
    });
  }

  it("says so in one line: the port in use; what a report was before stays", async () => {
    const taken = await listen(createServer(), 0, "test");
    const kept = join(folder, "kept.html");
    writeFileSync(kept, "before");
    const start = new NpmStart("--web", "--web-port", String(taken.port), "--report", kept);
    assert.equal(await start.end(), 2);
    assert.equal(start.errors, `npm start: port ${taken.port} for the page is in use\n`);
    assert.equal(readFileSync(kept, "utf8"), "before");
    await taken.stop();
  });
});
