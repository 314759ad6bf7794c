import { fileURLToPath } from "node:url";
import bundle from "../../../rollup.config.mjs";

// The module that an application on the Moddable SDK imports as "tracker-fota" (manifest.json): one
// file, so that all of it can be preloaded into flash.
//   rollup -c firmware/platforms/moddable/rollup.config.mjs    build/sdk/tracker-fota.js

const inRoot = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** @param {Record<string, unknown>} args as for the bundle, but that version and keys are the application's */
export default function config(args) {
  const { output, ...rest } = bundle(args);
  return {
    ...rest,
    input: inRoot("firmware/tracker-fota.ts"),
    output: { ...output, file: inRoot("build/sdk/tracker-fota.js") },
  };
}
