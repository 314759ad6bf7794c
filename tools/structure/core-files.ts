import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface CoreFile {
  /** From the repository's root, with forward slashes, e.g. `firmware/hex/parser.ts`. */
  readonly path: string;
  readonly source: ts.SourceFile;
}

/** Every TypeScript file below `firmware/`, parsed; tests and type declarations left out. */
export function firmwareFiles(): CoreFile[] {
  return readdirSync(join(root, "firmware"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(root, file).replaceAll("\\", "/"),
      source: ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true),
    }));
}

/** What a file imports: repository paths for its own files, the bare name for anything else. */
export function importsOf(file: CoreFile): string[] {
  const names: string[] = [];
  file.source.forEachChild((node) => {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (!isImport || node.moduleSpecifier === undefined) return;
    const name = (node.moduleSpecifier as ts.StringLiteral).text;
    names.push(name.startsWith(".") ? posix.join(posix.dirname(file.path), name) : name);
  });
  return names;
}
