import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface SourceFile {
  /** From the repository's root, with forward slashes, e.g. `firmware/hex/parser.ts`. */
  readonly path: string;
  readonly source: ts.SourceFile;
}

/** Every TypeScript file below `folder`, parsed; type declarations left out. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => parseSource(relative(root, file).replaceAll("\\", "/"), readFileSync(file)));
}

export function parseSource(path: string, text: string | Uint8Array): SourceFile {
  const words = typeof text === "string" ? text : Buffer.from(text).toString("utf8");
  return { path, source: ts.createSourceFile(path, words, ts.ScriptTarget.Latest, true) };
}

/** Tests, and what only tests use: the rooms' rules are not theirs. */
export function isTest({ path }: SourceFile): boolean {
  return path.endsWith(".test.ts") || path.includes("/testing/");
}

/** The files of `firmware/` that run on a tracker. */
export function firmwareFiles(): SourceFile[] {
  return sourceFiles("firmware").filter((file) => !isTest(file));
}

/**
 * What a file imports, types and `import()` of a literal included: repository paths for its own
 * files, the bare name for anything else.
 */
export function importsOf(file: SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = moduleNamedBy(node);
    if (name !== undefined) {
      names.push(name.startsWith(".") ? posix.join(posix.dirname(file.path), name) : name);
    }
    node.forEachChild(visit);
  };
  visit(file.source);
  return names;
}

function moduleNamedBy(node: ts.Node): string | undefined {
  let named: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    named = node.argument.literal;
  } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    named = node.arguments[0];
  }
  return named !== undefined && ts.isStringLiteral(named) ? named.text : undefined;
}
