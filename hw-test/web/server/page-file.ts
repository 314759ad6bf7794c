import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { hashOf, keep } from "../../../tools/build/kept.ts";
import type { RunEvent } from "../record/run-event.ts";

const PAGE = fileURLToPath(new URL("../page/", import.meta.url));
const cacheFolder = fileURLToPath(new URL("../../../build/page/", import.meta.url));
/** Files and folders that decide what the page is. */
const SOURCES = [
  "hw-test/web/page",
  "hw-test/web/record",
  "hw-test/web/server/page-file.ts",
  "tools/image/memory-map.ts",
  "package-lock.json",
];
const require = (path: string): string => fileURLToPath(import.meta.resolve(path));

/** Script and style of the page, neither of which needs anything else. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
}

/**
 * Script and style of the page. Kept in build/page by the hash of all that goes into them, so that
 * a second call only reads them: bundling takes seconds, in which nothing else runs here.
 */
export async function pageParts(): Promise<PageParts> {
  const path = join(cacheFolder, `${hashOf(SOURCES)}.json`);
  if (!existsSync(path)) keep(path, JSON.stringify(await bundlePage()));
  return JSON.parse(readFileSync(path, "utf8")) as PageParts;
}

async function bundlePage(): Promise<PageParts> {
  const { rollup } = await import("rollup");
  const build = await rollup({
    input: `${PAGE}main.tsx`,
    plugins: [
      // Types are the type check's business: this only erases them.
      typescript({ tsconfig: `${PAGE}tsconfig.bundle.json`, filterRoot: `${PAGE}../../..` }),
      nodeResolve({ browser: true, extensions: [".mjs", ".js", ".ts", ".tsx"] }),
      terser(),
    ],
    onLog(level, log) {
      if (level === "warn") throw new Error(log.message);
    },
  });
  try {
    const { output } = await build.generate({ format: "iife" });
    const styles = [require("uplot/dist/uPlot.min.css"), `${PAGE}page.css`];
    const style = styles.map((path) => readFileSync(path, "utf8")).join("\n");
    return { script: output[0].code, style };
  } finally {
    await build.close();
  }
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
