import { FLASH_BYTES, PAGE_BYTES } from "../../../tools/image/memory-map.ts";
import type { Content, RunEvent, RunEvents, Server, SlotName } from "./run-event.ts";

const PAGES = FLASH_BYTES / PAGE_BYTES;

export interface PageScene {
  content: Content;
  erases: number;
  writes: number;
  /** The last operation on it. */
  last: (RunEvents["flash"] & { readonly atMs: number }) | undefined;
}

/** An execution as one side has it. */
export interface JobScene {
  readonly jobId: string;
  readonly status: string;
  readonly versionNumber: number | undefined;
  readonly details: Readonly<Record<string, string>>;
  readonly atMs: number;
}

/** How everything stands at one time of a run: its events so far, one after another. */
export class Scene {
  atMs = 0;
  run: RunEvents["run"] | undefined;
  end: RunEvents["end"] | undefined;
  isFull = false;
  link = "none";
  readonly pages: PageScene[] = Array.from({ length: PAGES }, () => ({
    content: "erased",
    erases: 0,
    writes: 0,
    last: undefined,
  }));
  /** The page of the last flash operation. */
  busyPage: number | undefined;
  operations = 0;
  otadata: RunEvents["otadata"]["entries"] = [];
  readonly trailers = new Map<SlotName, RunEvents["trailer"]>();
  hasPower = false;
  /** When the power cycle that is under way, or was the last, began. */
  poweredAtMs = 0;
  resets = 0;
  powerCuts = 0;
  boot: RunEvents["boot"] | undefined;
  /** As the firmware's console says it. */
  phase: string | undefined;
  readonly connected = new Map<Server, boolean>();
  bytes: RunEvents["bytes"] | undefined;
  cloudJob: JobScene | undefined;
  trackerJob: JobScene | undefined;
  messages = 0;

  apply(event: RunEvent): void {
    this.atMs = event.atMs;
    switch (event.kind) {
      case "run":
        this.run = event;
        this.link = event.link;
        break;
      case "pages":
        for (const [page, content] of event.contents.entries()) this.page(page).content = content;
        break;
      case "page":
        this.page(event.page).content = event.content;
        break;
      case "flash":
        this.operate(event);
        break;
      case "trailer":
        this.trailers.set(event.slot, event);
        break;
      case "otadata":
        this.otadata = event.entries;
        break;
      case "powerOn":
        this.hasPower = true;
        this.poweredAtMs = event.atMs;
        this.phase = "bootloader";
        break;
      case "powerOff":
        this.lose(event.end);
        break;
      case "boot":
        this.boot = event;
        break;
      case "console":
        this.phase = phaseIn(event.text) ?? this.phase;
        break;
      case "connection":
        this.connected.set(event.server, event.state === "up");
        break;
      case "message":
        this.messages++;
        this.trackerJob = trackerJobIn(event) ?? this.trackerJob;
        break;
      case "bytes":
        this.bytes = event;
        break;
      case "job":
        this.cloudJob = { ...event, status: event.status ?? "deleted" };
        break;
      case "link":
        this.link = event.name;
        break;
      case "full":
        this.isFull = true;
        break;
      case "end":
        this.end = event;
        break;
    }
  }

  private page(index: number): PageScene {
    const page = this.pages[index];
    if (page === undefined) throw new RangeError(`page ${index}`);
    return page;
  }

  private operate(event: RunEvents["flash"] & { readonly atMs: number }): void {
    this.operations++;
    this.busyPage = Math.floor(event.address / PAGE_BYTES);
    const page = this.page(this.busyPage);
    if (event.operation === "erase") page.erases++;
    else page.writes++;
    page.last = event;
  }

  private lose(end: string): void {
    this.hasPower = false;
    this.phase = undefined;
    if (end === "power-cut") this.powerCuts++;
    else if (end !== "stopped") this.resets++;
  }
}

/** The scene after the events up to a time. */
export function sceneAt(events: readonly RunEvent[], atMs: number): Scene {
  const scene = new Scene();
  for (const event of events) {
    if (event.atMs > atMs) break;
    scene.apply(event);
  }
  return scene;
}

/** The firmware logs each change of phase as `update: FROM -> TO`. */
export function phaseIn(line: string): string | undefined {
  return /^update: \w+ -> (\w+)$/.exec(line)?.[1];
}

/** What the tracker says of its job: a document it was given, or an update of its own. */
function trackerJobIn({
  from,
  topic,
  body,
  atMs,
}: RunEvents["message"] & { readonly atMs: number }): JobScene | undefined {
  const jobId = /\/jobs\/([^/]+)\/update$/.exec(topic)?.[1];
  if (from !== "tracker" || jobId === undefined) return undefined;
  const { status, statusDetails, expectedVersion } = parsed(body);
  return {
    jobId,
    status: String(status),
    versionNumber: expectedVersion === undefined ? undefined : Number(expectedVersion),
    details: (statusDetails ?? {}) as Readonly<Record<string, string>>,
    atMs,
  };
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
