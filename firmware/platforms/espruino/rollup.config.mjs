import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import bundle from "../../../rollup.config.mjs";
import { hoistAndMinify, lower } from "./lower.mjs";

// For boards that run Espruino (docs/espruino.md), with the options of rollup.config.mjs:
//   npm run build:espruino    build/espruino/fota.js, the client, for boards with NET and TLS
//                             build/espruino-app/fota.js, application updates alone

const inRoot = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const entries = {
  client: inRoot("firmware/main-espruino.ts"),
  application: inRoot("firmware/app-espruino.ts"),
};

/** @param {Record<string, unknown>} args */
export default function config(args) {
  return [
    script(args, { input: entries.client, folder: "build/espruino" }),
    script(args, { input: entries.application, folder: "build/espruino-app" }),
  ];
}

/**
 * @param {Record<string, unknown>} args
 * @param {{ input: string; folder: string }} entry
 */
export function script(args, { input, folder }) {
  if ((args.configFlavour ?? "normal") !== "normal") {
    throw new Error(
      "--configFlavour: Espruino's TLS verifies nothing: only signed builds go there",
    );
  }
  const { plugins, output, external: _, ...rest } = bundle(args);
  return {
    ...rest,
    input,
    plugins: plugins.flatMap((one) =>
      one.name === "terser" ? [lower(), hoistAndMinify()] : [one],
    ),
    output: {
      ...output,
      file: inRoot(`${folder}/fota.js`),
      format: "iife",
      generatedCode: "es5",
      name: "fota",
      banner: readFileSync(new URL("prelude.js", import.meta.url), "utf8"),
    },
  };
}
