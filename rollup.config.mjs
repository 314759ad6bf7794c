import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import alias from "@rollup/plugin-alias";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { application } from "./tools/build/application.mjs";
import { namesThatStay } from "./tools/build/names-that-stay.mjs";
import { isAboutOtherBundlers, sbom } from "./tools/build/sbom.mjs";
import { developmentKey } from "./tools/keys/development.mjs";
import { trustAnchor, trustAnchors } from "./tools/keys/trust-anchors.mjs";

// One bundle serves a real board and the virtual tracker: both give it the platform's modules.
//   rollup -c                          build/moddable/main.js, version of package.json
//   rollup -c --configVersion 1.0.1    another version compiled in
//   rollup -c --configKeys a.pem,b.pem   trust these keys (public or private, ECDSA P-256; the file's
//                                      name is the key's id) and not the development key
//   rollup -c --configFlavour unsigned integrity only: it installs what nobody has signed
//   rollup -c --configFlavour native   signatures are checked by the Moddable SDK's own ECDSA, in C
//   rollup -c --configBoot esp-idf     for ESP-IDF's bootloader; mcuboot if left out
//   rollup -c --configFlavour crash    an image that is wrong on purpose, for tests
//   rollup -c --configApp FOLDER       an application around the client, its main.ts or main.js
//                                      (docs/application.md), in place of the client alone
// Beside the bundle stands sbom.cdx.json, the packages in it.

const inRoot = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The platform's modules, which are never part of a bundle. */
const isPlatformModule = (id) =>
  /^(embedded:.+|mc\/.+|tracker\/.+|timer|time|crypt|curve|ecdsa|ecp)$/.test(id);

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
  unsigned: {
    input: "firmware/main.ts",
    stubs: { "./verify/p256.js": "firmware/verify/p256-off.ts" },
  },
  native: {
    input: "firmware/main.ts",
    stubs: { "./verify/p256.js": "firmware/platforms/moddable/signature.ts" },
  },
  crash: { input: `${images}/crash.js`, stubs: {} },
  "no-cloud": {
    input: "firmware/main.ts",
    stubs: { "embedded:io/socket/tcp/tls": `${images}/no-cloud-tls.js` },
  },
};

const boots = {
  mcuboot: {},
  "esp-idf": { "./boot-side.js": "firmware/boot-side-esp-idf.ts" },
};

/** @param {Record<string, unknown>} args */
export default function config(args) {
  const version = args.configVersion ?? JSON.parse(readFileSync(inRoot("package.json"))).version;
  const flavour = flavours[args.configFlavour ?? "normal"];
  if (flavour === undefined) throw new Error(`--configFlavour: ${Object.keys(flavours)}`);
  const boot = boots[args.configBoot ?? "mcuboot"];
  if (boot === undefined) throw new Error(`--configBoot: ${Object.keys(boots)}`);
  const stubs = { ...flavour.stubs, ...boot };
  const anchors = flavour === flavours.unsigned ? "integrity only" : anchorsOf(args.configKeys);
  const app = args.configApp && application(args.configApp, { version, trust: anchors });
  return {
    input: app ? app.main : inRoot(flavour.input),
    external: (id) => isPlatformModule(id) && !(id in stubs) && !app?.provides(id),
    plugins: [
      ...(app ? [app.plugin] : []),
      alias({
        entries: [
          ...aliases(shims, "firmware/mqtt/shims/"),
          ...aliases(stubs, ""),
          ...aliases({ "tracker-fota": "firmware/tracker-fota.ts" }, ""),
        ],
      }),
      // Types are the type check's business: this only erases them.
      typescript({ tsconfig: inRoot("tools/build/tsconfig.json"), filterRoot: inRoot(".") }),
      replace({
        include: [inRoot("firmware/version.ts"), inRoot("firmware/trust-anchors.ts")],
        values: {
          '"0.0.0-dev"': JSON.stringify(version),
          '"no anchors"': JSON.stringify(anchors),
        },
        delimiters: ["", ""],
        preventAssignment: true,
      }),
      nodeResolve({ preferBuiltins: false }),
      commonjs({ requireReturnsDefault: "auto" }),
      ...minified(),
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

/** @param {string | undefined} keys */
function anchorsOf(keys) {
  return keys === undefined ? trustAnchor("development", developmentKey()) : trustAnchors(keys);
}

/**
 * Each name and each small function costs heap on XS, and image: docs/memory.md has the figures. A
 * function that is called in one place stays a function: as an expression in that place it would
 * be made anew at each call.
 */
function minified() {
  const nameCache = { vars: { props: {} } };
  const compress = { passes: 2, reduce_funcs: false, sequences: false };
  return [namesThatStay(nameCache), terser({ module: true, compress, nameCache })];
}

function aliases(names, folder) {
  return Object.entries(names).map(([name, file]) => ({
    find: new RegExp(`^${name}$`),
    replacement: inRoot(folder + file),
  }));
}
