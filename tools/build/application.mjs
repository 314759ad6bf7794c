// JavaScript, since rollup.config.mjs needs it before anything is compiled.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";

const CONFIG = "mc/config";
/** Types are only erased, as the firmware's are: whether they are right, the application checks itself. */
const compilerOptions = { target: "ES2022", module: "ESNext", verbatimModuleSyntax: true };

/**
 * An application around the client, for the rig's boards: what `mcconfig` does for the SDK's, as far as
 * one script goes. `mc/config` is the manifest's `config`, with the build's version and trust in it.
 * @param {string} folder has a main.ts or main.js, and a manifest.json if it wants a config
 * @param {{version: string, trust: string}} build
 */
export function application(folder, build) {
  const main = mainOf(folder);
  if (main === undefined) throw new TypeError(`${folder}: no main.ts and no main.js`);
  const isOwn = (/** @type {string} */ id) =>
    id.startsWith(resolve(folder) + sep) && id.endsWith(".ts");
  const config = JSON.stringify({ ...configOf(folder), ...build });
  return {
    main,
    /** @param {string} id */
    provides: (id) => id === CONFIG,
    plugin: {
      name: "application",
      /** @param {string} id */
      resolveId: (id) => (id === CONFIG ? `\0${CONFIG}` : null),
      /** @param {string} id */
      load: (id) => (id === `\0${CONFIG}` ? `export default Object.freeze(${config});` : null),
      /** @param {string} code @param {string} id */
      async transform(code, id) {
        if (!isOwn(id)) return null;
        // Here, since npm start asks this module where an application is, and has no use for a compiler.
        const { default: ts } = await import("typescript");
        return ts.transpileModule(code, { compilerOptions }).outputText;
      },
    },
  };
}

/**
 * @param {string} folder
 * @returns {string | undefined} absolute path of the module that the board starts
 */
export function mainOf(folder) {
  return ["main.ts", "main.js"].map((name) => resolve(folder, name)).find(existsSync);
}

function configOf(folder) {
  const path = join(folder, "manifest.json");
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")).config;
  } catch (error) {
    throw new TypeError(`${path}: ${error.message}`, { cause: error });
  }
}
