import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOf, keep } from "../../../tools/build/kept.ts";
import type { RunEvent } from "../record/run-event.ts";
import type { PageParts } from "./bundle-page.ts";

const cacheFolder = fileURLToPath(new URL("../../../build/page/", import.meta.url));
/** Files and folders that decide what the page is. */
const SOURCES = [
  "hw-test/web/page",
  "hw-test/web/record",
  "hw-test/web/server/bundle-page.ts",
  "tools/image/memory-map.ts",
  "package-lock.json",
];

/**
 * Script and style of the page. Kept in build/page by the hash of all that goes into them, so that
 * a second call only reads them: bundling takes seconds, in which nothing else runs here.
 */
export async function pageParts(): Promise<PageParts> {
  const path = join(cacheFolder, `${hashOf(SOURCES)}.json`);
  if (!existsSync(path)) await makeParts(path);
  return JSON.parse(readFileSync(path, "utf8")) as PageParts;
}

async function makeParts(path: string): Promise<void> {
  // TypeScript and rollup take a second to load.
  const { bundlePage } = await import("./bundle-page.ts");
  keep(path, JSON.stringify(await bundlePage()));
}

/**
 * One HTML file with all it needs.
 * @param events what the page shows; undefined: it asks its server for them
 */
export function pageHtml({ script, style }: PageParts, events?: readonly RunEvent[]): string {
  const data = events === undefined ? "null" : JSON.stringify(events);
  const code = script.replaceAll("</script", "<\\/script");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(code, events === undefined)}">
<title>tracker-fota</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page is made by its script.</noscript>
<script type="application/json" id="events">${data.replaceAll("<", "\\u003c")}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** Nothing but its own script runs, and a report reaches no network. */
function policy(script: string, isLive: boolean): string {
  const hash = createHash("sha256").update(script).digest("base64");
  const rules = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    ...(isLive ? ["connect-src 'self'"] : []),
  ];
  return rules.join("; ");
}
