// JavaScript, since rollup.config.mjs needs it before anything is compiled.
import { createHash } from "node:crypto";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SHORT_NAMES = LETTERS.flatMap((first) =>
  [...LETTERS, ..."0123456789"].map((second) => first + second),
);
const KEYWORDS = ["as", "do", "if", "in", "of"];

/**
 * Has terser give what the bundle declares short names that stay from build to build, and not the next
 * ones in a row: docs/decisions/009-names-that-stay.md. Before terser's own plugin.
 * @param {{vars: {props: Record<string, string>}}} nameCache terser's option
 */
export function namesThatStay(nameCache) {
  return {
    name: "names-that-stay",
    /** @param {string} code */
    renderChunk(code) {
      nameCache.vars.props = shortNames(declaredBy(this.parse(code)), code);
      return null;
    },
  };
}

/**
 * Each name's own choice by its hash, and the next where another one, or the code itself, has that.
 * @param {readonly string[]} names @param {string} code
 * @returns terser's form of it: a dollar before each name
 */
export function shortNames(names, code) {
  const taken = new Set([...KEYWORDS, ...(code.match(/\b[A-Za-z]\w\b/g) ?? [])]);
  /** @type {Record<string, string>} */
  const chosen = {};
  for (const name of [...new Set(names)].sort().slice(0, SHORT_NAMES.length >> 1)) {
    let short;
    for (let choice = 0; short === undefined || taken.has(short); choice++) {
      const hash = createHash("sha256").update(`${name} ${choice}`).digest().readUInt32LE();
      short = SHORT_NAMES[hash % SHORT_NAMES.length];
    }
    taken.add(short);
    chosen[`$${name}`] = short;
  }
  return chosen;
}

/**
 * Of a module's top level; what patterns declare is left to terser.
 * @param {any} program ESTree
 * @returns {string[]}
 */
function declaredBy(program) {
  return program.body.flatMap((/** @type {any} */ statement) => {
    const declaration = statement.declaration ?? statement;
    if (declaration.type === "ImportDeclaration") {
      return declaration.specifiers.map((/** @type {any} */ { local }) => local.name);
    }
    const declared = declaration.declarations ?? [declaration];
    return declared.flatMap((/** @type {any} */ { id }) =>
      id?.type === "Identifier" ? [id.name] : [],
    );
  });
}
