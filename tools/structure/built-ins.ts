import ts from "typescript";

/** A place in the core where a member of the language's own objects is used, or a label stands. */
export interface Use {
  /** `String.slice`, `Math.floor`, `Uint8Array.length =`, `label`, `method delete`. */
  readonly what: string;
  /** `firmware/hex/parser.ts:12`. */
  readonly where: string;
}

/** All uses in `fileNames`, by TypeScript's types: whose `slice` it is, a name alone does not tell. */
export function usesOf(program: ts.Program, fileNames: ReadonlySet<string>): Use[] {
  const checker = program.getTypeChecker();
  const uses: Use[] = [];
  for (const source of program.getSourceFiles()) {
    if (!fileNames.has(source.fileName)) continue;
    const visit = (node: ts.Node): void => {
      for (const what of usesAt(node, checker)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        uses.push({ what, where: `${source.fileName}:${line + 1}` });
      }
      node.forEachChild(visit);
    };
    visit(source);
  }
  return uses;
}

function usesAt(node: ts.Node, checker: ts.TypeChecker): string[] {
  if (ts.isLabeledStatement(node)) return ["label"];
  const isMethod = ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
  if (isMethod && node.name.getText() === "delete") return ["method delete"];
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    return isBuiltIn(checker.getSymbolAtLocation(node.expression))
      ? [`new ${node.expression.text}`]
      : [];
  }
  if (ts.isBindingElement(node)) {
    // The members that are taken apart are the object's own.
    const { parent, propertyName, name } = node;
    if (!ts.isObjectBindingPattern(parent)) return [];
    const member = (propertyName ?? name).getText();
    return memberUses(checker.getTypeAtLocation(parent), member, checker);
  }
  if (!ts.isPropertyAccessExpression(node)) return [];
  const written = isWritten(node) ? " =" : "";
  return memberUses(checker.getTypeAtLocation(node.expression), node.name.text, checker).map(
    (use) => use + written,
  );
}

/** `Array.push` for each built-in type that `type` may be and has the member of. */
function memberUses(type: ts.Type, member: string, checker: ts.TypeChecker): string[] {
  const types = type.isUnion() ? type.types : [type];
  const names = new Set<string>();
  for (const one of types) {
    const apparent = checker.getApparentType(one);
    const property = checker.getPropertyOfType(apparent, member);
    if (!isBuiltIn(property)) continue;
    names.add(`${ownerOf(property, apparent)}.${member}`);
  }
  return [...names];
}

/** The interface of the standard library that declares it: `ArrayConstructor` is `Array`. */
function ownerOf(property: ts.Symbol | undefined, type: ts.Type): string {
  const parent = property?.declarations?.[0]?.parent;
  const declared =
    parent !== undefined && ts.isInterfaceDeclaration(parent) ? parent.name.text : undefined;
  return (declared ?? type.symbol.name).replace(/^Readonly|Constructor$/, "");
}

function isBuiltIn(symbol: ts.Symbol | undefined): boolean {
  return (
    symbol?.declarations?.some((one) =>
      /\/typescript\/lib\/lib\.[\w.]*d\.ts$/.test(one.getSourceFile().fileName),
    ) ?? false
  );
}

function isWritten(node: ts.Expression): boolean {
  const { parent } = node;
  if (!ts.isBinaryExpression(parent) || parent.left !== node) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
