import { fileURLToPath } from "node:url";
import bundle from "../../../rollup.config.mjs";

// For a build inside the Moddable SDK (manifest.json): the same code as the bundle, in two modules,
// so that all but the composition root can be preloaded into flash.
//   rollup -c firmware/platforms/moddable/rollup.config.mjs    build/sdk/main.js, build/sdk/firmware.js

/** @param {Record<string, unknown>} args as for the bundle, `--configVersion` for one */
export default function config(args) {
  const { output, ...rest } = bundle(args);
  const { file, ...format } = output;
  return {
    ...rest,
    output: {
      ...format,
      dir: fileURLToPath(new URL("../../../build/sdk", import.meta.url)),
      entryFileNames: "main.js",
      chunkFileNames: "[name].js",
      manualChunks: (id) => (id.endsWith("firmware/main.ts") ? undefined : "firmware"),
    },
  };
}
