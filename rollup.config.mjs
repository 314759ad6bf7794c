import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import alias from "@rollup/plugin-alias";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { isAboutOtherBundlers, sbom } from "./tools/build/sbom.mjs";

// One bundle serves a real board and the virtual tracker: both give it the platform's modules.
//   rollup -c                          build/moddable/main.js, version of package.json
//   rollup -c --configVersion 1.0.1    another version compiled in
//   rollup -c --configFlavour signed   one that can check signatures
//   rollup -c --configFlavour crash    an image that is wrong on purpose, for tests
// Beside the bundle stands sbom.cdx.json, the packages in it.

const inRoot = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The platform's modules, which are never part of a bundle. */
const isPlatformModule = (id) => /^(embedded:.+|mc\/.+|timer|time|crypt)$/.test(id);

/** What mqtt-packet asks of Node, and what it gets. */
const shims = {
  bl: "bl.ts",
  buffer: "buffer.ts",
  debug: "debug.ts",
  events: "events.ts",
  "process-nextick-args": "nextick.ts",
};

const images = "tools/build/images";
const flavours = {
  normal: { input: "firmware/main.ts", stubs: {} },
  signed: {
    input: "firmware/main.ts",
    stubs: { "./verify/signature-off.js": "firmware/verify/signature.ts" },
  },
  crash: { input: `${images}/crash.js`, stubs: {} },
  "no-cloud": {
    input: "firmware/main.ts",
    stubs: { "embedded:io/socket/tcp/tls": `${images}/no-cloud-tls.js` },
  },
};

/** @param {Record<string, unknown>} args */
export default function config(args) {
  const version = args.configVersion ?? JSON.parse(readFileSync(inRoot("package.json"))).version;
  const flavour = flavours[args.configFlavour ?? "normal"];
  if (flavour === undefined) throw new Error(`--configFlavour: ${Object.keys(flavours)}`);
  return {
    input: inRoot(flavour.input),
    external: (id) => isPlatformModule(id) && !(id in flavour.stubs),
    plugins: [
      alias({
        entries: [
          ...aliases(shims, "firmware/mqtt/shims/"),
          ...aliases({ crypto: "signature-random.ts" }, "firmware/verify/"),
          ...aliases(flavour.stubs, ""),
        ],
      }),
      // Types are the type check's business: this only erases them.
      typescript({ tsconfig: inRoot("tools/build/tsconfig.json"), filterRoot: inRoot(".") }),
      replace({
        include: inRoot("firmware/version.ts"),
        values: { '"0.0.0-dev"': JSON.stringify(version) },
        delimiters: ["", ""],
        preventAssignment: true,
      }),
      nodeResolve({ preferBuiltins: false }),
      commonjs({ requireReturnsDefault: "auto" }),
      minify(),
      sbom(version),
    ],
    output: {
      file: inRoot("build/moddable/main.js"),
      format: "es",
      generatedCode: "es2015",
    },
    onLog(level, log) {
      if (level === "warn" && !isAboutOtherBundlers(log)) throw new Error(log.message);
    },
  };
}

/**
 * Each name and each small function costs heap on XS, and image: docs/memory.md has the figures. A
 * function that is called in one place stays a function: as an expression in that place it would
 * be made anew at each call.
 */
function minify() {
  return terser({ module: true, compress: { passes: 2, reduce_funcs: false } });
}

function aliases(names, folder) {
  return Object.entries(names).map(([name, file]) => ({
    find: new RegExp(`^${name}$`),
    replacement: inRoot(folder + file),
  }));
}
