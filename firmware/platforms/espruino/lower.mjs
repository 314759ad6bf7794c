import { transformSync } from "@babel/core";
import destructuring from "@babel/plugin-transform-destructuring";
import parameters from "@babel/plugin-transform-parameters";
import terser from "@rollup/plugin-terser";
import ts from "typescript";

/*
 * What a bundle goes through to run on Espruino. Classes, arrows, let, templates and for-of it has;
 * they stay, since what they are lowered to takes more variables (docs/espruino.md).
 */

/** Lowers only what Espruino lacks. @returns {import("rollup").Plugin} */
export function lower() {
  return {
    name: "lower",
    renderChunk: (code) => ({ code: withoutPatterns(withoutNew(code)), map: null }),
  };
}

/** `?.`, `??=`, `**`, class fields, object spread, separators in numbers: TypeScript's business. */
function withoutNew(code) {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2015,
      module: ts.ModuleKind.ESNext,
      useDefineForClassFields: false,
    },
  });
  return outputText;
}

/** Destructuring, default and rest parameters, which TypeScript only lowers together with classes. */
function withoutPatterns(code) {
  const { code: lowered } = transformSync(code, {
    plugins: [
      // Not by name, which Babel looks up from the working folder.
      parameters.default,
      [destructuring.default, { loose: true, useBuiltIns: true }],
    ],
    assumptions: {
      arrayLikeIsIterable: true,
      ignoreFunctionLength: true,
      iterableIsArray: true,
      objectRestNoSymbols: true,
    },
    configFile: false,
    babelrc: false,
    compact: false,
  });
  return lowered;
}

/** Moves functions and variables to the top of what they are declared in: Espruino hoists neither. */
export function hoistAndMinify() {
  return terser({
    ecma: 5,
    compress: {
      ecma: 5,
      passes: 2,
      reduce_funcs: false,
      hoist_funs: true,
      hoist_vars: true,
      // More of it makes a `var` behind its use.
      inline: 1,
      arrows: false,
      arguments: false,
      unsafe_methods: false,
    },
    format: { ecma: 5, ascii_only: true },
  });
}
