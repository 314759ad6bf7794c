import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { rollup } from "rollup";

const PAGE = fileURLToPath(new URL("../page/", import.meta.url));
const require = (path: string): string => fileURLToPath(import.meta.resolve(path));

/** Script and style of the page, neither of which needs anything else. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
}

export async function bundlePage(): Promise<PageParts> {
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
