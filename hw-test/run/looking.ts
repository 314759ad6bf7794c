import { randomUUID } from "node:crypto";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import type { Order } from "../web/record/orders.ts";
import { RunRecord } from "../web/record/run-record.ts";
import { openInBrowser } from "../web/server/browser.ts";
import type { PageParts } from "../web/server/bundle-page.ts";
import { type LiveServer, startLiveServer } from "../web/server/live-server.ts";
import { pageParts } from "../web/server/page-file.ts";
import { requireWritable, writeReport } from "../web/server/report-file.ts";
import { type ControlledRun, Controls } from "./controls.ts";
import type { RunOptions } from "./options.ts";
import { describeEnd, isDone, type RunResult, summary } from "./result.ts";

type Options = Pick<
  RunOptions,
  | "web"
  | "webPort"
  | "report"
  | "version"
  | "board"
  | "boot"
  | "link"
  | "faultSpecs"
  | "stopBeforeBoot"
>;

/** Those who look at a run: a page, a report, or both. */
export class Looking {
  readonly record = new RunRecord();
  private readonly options: Options;
  private readonly parts: PageParts;
  private server: LiveServer | undefined;
  /** Does what people order; undefined while no update is under way. */
  private controls: Controls | undefined;

  /**
   * @returns undefined when nobody looks: then nothing is recorded
   * @throws UsageError if the port is in use or the report cannot be written
   */
  static async start(options: Options): Promise<Looking | undefined> {
    const { web, webPort, report } = options;
    if (!web && report === undefined) return undefined;
    if (report !== undefined) requireWritable("--report", report);
    const looking = new Looking(options, await pageParts());
    if (web) await looking.serve(webPort);
    return looking;
  }

  private constructor(options: Options, parts: PageParts) {
    this.options = options;
    this.parts = parts;
  }

  get url(): string | undefined {
    return this.server?.url;
  }

  /** The update begins; people may lay hands on it now. */
  begin(totalBytes: number, run: Omit<ControlledRun, "record">): void {
    this.controls = new Controls({ ...run, record: this.record });
    const { version: to, board, boot, link, faultSpecs: faults } = this.options;
    const { name, bitsPerSecond } = link;
    this.record.add({
      kind: "run",
      id: randomUUID(),
      startedAt: new Date().toISOString(),
      to,
      board,
      boot,
      faults,
      link: name,
      ...(Number.isFinite(bitsPerSecond) && { bitsPerSecond }),
      totalBytes,
    });
  }

  /** The update is over. @throws CommandFailed if the report cannot be written */
  async end(result: RunResult): Promise<void> {
    this.controls = undefined;
    const done = isDone(result, this.options.stopBeforeBoot);
    const text = done ? `done: the tracker runs ${result.running}` : describeEnd(result);
    this.record.add({ kind: "end", done, text, summary: summary(result) });
    const { report } = this.options;
    if (report !== undefined) writeReport(report, this.parts, this.record.events);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async obey(order: Order): Promise<void> {
    if (this.controls === undefined) throw new Error("no update is under way");
    await this.controls.act(order);
  }

  private async serve(port: number): Promise<void> {
    const { record, parts: page } = this;
    try {
      this.server = await startLiveServer({
        record,
        port,
        page,
        onOrder: (order) => this.obey(order),
      });
    } catch (error) {
      if (error instanceof Error && /in use/.test(error.message)) {
        throw new UsageError(error.message);
      }
      throw error;
    }
    openInBrowser(this.server.url);
  }
}
