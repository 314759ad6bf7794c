import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

/** Of one step; long, for a browser among other tests is slow. */
const TIMEOUT_MS = 100_000;

const switches = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "chromium")).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = findChromium();

/** For a test's `skip`: why it cannot run here, or false. */
export const noChromium =
  executablePath === undefined ? "no chromium: apt-get install chromium" : false;

/** A real browser with a profile of its own. */
export class Browser {
  /** What pages have complained of since the last look. */
  private readonly errors: string[] = [];
  private readonly context: BrowserContext;
  private readonly profile: string;

  static async start(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), "tracker-fota-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      args: switches,
      ...(executablePath !== undefined && { executablePath }),
    });
    return new Browser(context, profile);
  }

  private constructor(context: BrowserContext, profile: string) {
    this.context = context;
    this.profile = profile;
  }

  async open(url: string, { width = 1280 } = {}): Promise<Page> {
    const page = await this.context.newPage();
    await page.setViewportSize({ width, height: 900 });
    page.on("pageerror", ({ message }) => this.errors.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(url, { timeout: TIMEOUT_MS });
    return page;
  }

  complaints(): string[] {
    return this.errors.splice(0);
  }

  /** No network for any page, from now on. */
  async goOffline(): Promise<void> {
    await this.context.setOffline(true);
  }

  async stop(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
