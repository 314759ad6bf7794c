import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ts from "typescript";
import { firmwareFiles, parseSource, type SourceFile } from "./source-files.ts";

/**
 * The language of the core (docs/architecture.md): what must not stand in `firmware/` outside the
 * Moddable adapter, because it costs a promise or closure a step, or because Espruino lacks it. A
 * regular expression costs XS a state for each repetition, and says "no match" where memory is short.
 */
const bannedNames = new Set([
  "Date",
  "Promise",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Symbol",
  "BigInt",
  "Proxy",
  "Buffer",
  "RegExp",
  "TextEncoder",
  "TextDecoder",
  "console",
  "process",
  "setTimeout",
  "setInterval",
  "globalThis",
  "require",
]);

const bannedSyntax = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AwaitExpression, "await"],
  [ts.SyntaxKind.YieldExpression, "yield"],
  [ts.SyntaxKind.AsyncKeyword, "async"],
  [ts.SyntaxKind.SpreadElement, "spread"],
  [ts.SyntaxKind.SpreadAssignment, "spread"],
  [ts.SyntaxKind.PrivateIdentifier, "#private"],
  [ts.SyntaxKind.BigIntLiteral, "BigInt"],
  [ts.SyntaxKind.TaggedTemplateExpression, "tagged template"],
  [ts.SyntaxKind.AnyKeyword, "any"],
  [ts.SyntaxKind.RegularExpressionLiteral, "regular expression"],
]);

/**
 * Besides adapters and composition: the P-256 arithmetic, where BigInt is the reason that the check
 * can be paid for. A board without BigInt builds another verifier in (docs/decisions/006-signatures.md).
 */
const exempt =
  /^firmware\/(platforms\/|(main|main-espruino|app-espruino)\.ts|mqtt\/shims\/|verify\/p256(-curve)?\.ts)/;

function banned(node: ts.Node): string | undefined {
  const syntax = bannedSyntax.get(node.kind);
  if (syntax !== undefined) return syntax;
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) {
    if (node.asteriskToken !== undefined) return "generator";
  }
  if (ts.isPropertyAccessExpression(node) && node.getText() === "Math.random") return "Math.random";
  if (ts.isIdentifier(node) && bannedNames.has(node.text) && isValue(node)) return node.text;
  return undefined;
}

/** A name that is read as a value: not a property, a declaration or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isExpression(parent) || ts.isVariableDeclaration(parent);
}

function violations(file: SourceFile): string[] {
  const found: string[] = [];
  function visit(node: ts.Node): void {
    const name = banned(node);
    if (name !== undefined) {
      const { line } = file.source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file.path}:${line + 1}: ${name}`);
    }
    node.forEachChild(visit);
  }
  visit(file.source);
  return found;
}

describe("language of the core", () => {
  it("holds nothing that costs a heap of 64 KB or that Espruino lacks", () => {
    const core = firmwareFiles().filter((file) => !exempt.test(file.path));
    assert.deepEqual(core.flatMap(violations), []);
  });

  it("is checked by a test that sees a violation", () => {
    const code =
      "async function f() { await Promise.resolve([...x]); return Date.now() + Math.random() + /a/.test(RegExp); }";
    assert.deepEqual(
      violations(parseSource("x.ts", code)).map((said) => said.split(": ")[1]),
      [
        "async",
        "await",
        "Promise",
        "spread",
        "Date",
        "Math.random",
        "regular expression",
        "RegExp",
      ],
    );
  });
});
