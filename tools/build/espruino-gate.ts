import ts from "typescript";

/*
 * What must not stand in a script for Espruino (2v29; each asked of its build for Linux): syntax that
 * it has not, or takes and gets wrong.
 */

const bannedSyntax = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AsyncKeyword, "async"],
  [ts.SyntaxKind.AwaitExpression, "await"],
  [ts.SyntaxKind.YieldExpression, "yield"],
  [ts.SyntaxKind.SpreadElement, "spread"],
  [ts.SyntaxKind.SpreadAssignment, "spread"],
  [ts.SyntaxKind.PrivateIdentifier, "#private"],
  [ts.SyntaxKind.BigIntLiteral, "BigInt"],
  [ts.SyntaxKind.TaggedTemplateExpression, "tagged template"],
  [ts.SyntaxKind.ObjectBindingPattern, "destructuring"],
  [ts.SyntaxKind.ArrayBindingPattern, "destructuring"],
  [ts.SyntaxKind.ComputedPropertyName, "computed name"],
  [ts.SyntaxKind.LabeledStatement, "label"],
  [ts.SyntaxKind.MetaProperty, "new.target"],
  [ts.SyntaxKind.AsteriskAsteriskToken, "**"],
  [ts.SyntaxKind.QuestionDotToken, "?."],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, "??="],
  [ts.SyntaxKind.BarBarEqualsToken, "||="],
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, "&&="],
  [ts.SyntaxKind.PropertyDeclaration, "class field"],
  [ts.SyntaxKind.RegularExpressionLiteral, "regular expression"],
]);

/** Whom a script may name that it does not declare: of the language, then of Espruino. */
const globals = new Set(
  (
    "Array DataView Error Float64Array Int32Array JSON Math Number Object String " +
    "Uint16Array Uint32Array Uint8Array arguments isNaN parseFloat parseInt undefined " +
    "E atob clearTimeout eval getTime print process require setTime setTimeout"
  ).split(" "),
);

/** Members of the language's objects that Espruino lacks, or that do something else there. */
const bannedMembers = new Set(
  (
    "clz32 codePointAt flatMap fromCodePoint hasOwn imul " +
    "isSafeInteger localeCompare matchAll normalize replaceAll trunc"
  ).split(" "),
);

/** @returns what is wrong with the script, and where, as `12:34: spread`; the best is nothing */
export function gate(code: string): string[] {
  const source = ts.createSourceFile("fota.js", code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const say = (node: ts.Node, what: string): void => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${line + 1}:${character + 1}: ${what}`);
  };
  visitScope(source, undefined, say);
  return found;
}

type Say = (node: ts.Node, what: string) => void;

/** The names of a function, or of a block: where each is declared. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly names: ReadonlyMap<string, ts.Node>;
  readonly isFunction: boolean;
  readonly node: ts.Node;
}

function visitScope(node: ts.Node, outer: Scope | undefined, say: Say): void {
  const isFunction = ts.isFunctionLike(node) || ts.isSourceFile(node);
  const scope: Scope = { outer, names: declaredIn(node, isFunction), isFunction, node };
  if (ts.isFunctionLike(node) && node.name !== undefined && ts.isComputedPropertyName(node.name)) {
    say(node, "computed name");
  }
  const visit = (child: ts.Node): void => {
    check(child, scope, say);
    if (opensScope(child)) visitScope(child, scope, say);
    else child.forEachChild(visit);
  };
  node.forEachChild(visit);
}

function opensScope(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isBlock(node) ||
    ts.isForStatement(node) ||
    isForEach(node) ||
    ts.isCatchClause(node)
  );
}

function isForEach(node: ts.Node): node is ts.ForOfStatement | ts.ForInStatement {
  return ts.isForOfStatement(node) || ts.isForInStatement(node);
}

/** Of a function its parameters, functions, classes and every `var` in it; of a block the rest. */
function declaredIn(node: ts.Node, isFunction: boolean): ReadonlyMap<string, ts.Node> {
  const names = new Map<string, ts.Node>();
  const take = (child: ts.Node, depth: number): void => {
    if (ts.isVariableDeclaration(child) && ts.isIdentifier(child.name)) {
      if (isVar(child) ? isFunction : depth === 0) names.set(child.name.text, child);
    }
    if ((ts.isFunctionDeclaration(child) || ts.isClassDeclaration(child)) && depth === 0) {
      if (child.name !== undefined) names.set(child.name.text, child);
    }
    if (ts.isParameter(child) && ts.isIdentifier(child.name)) names.set(child.name.text, child);
    if (ts.isFunctionLike(child)) return;
    const isOwnBody = isFunction && ts.isBlock(child) && child.parent === node;
    const deeper = opensScope(child) && !isOwnBody ? 1 : 0;
    child.forEachChild((one) => take(one, depth + deeper));
  };
  const own = ts.isFunctionExpression(node) || ts.isClassExpression(node) ? node.name : undefined;
  if (own !== undefined) names.set(own.text, node);
  node.forEachChild((child) => take(child, 0));
  return names;
}

function isVar({ parent }: ts.VariableDeclaration): boolean {
  return ts.isVariableDeclarationList(parent) && (parent.flags & ts.NodeFlags.BlockScoped) === 0;
}

function check(node: ts.Node, scope: Scope, say: Say): void {
  const syntax = bannedSyntax.get(node.kind);
  if (syntax !== undefined) say(node, syntax);
  if (ts.isParameter(node)) {
    if (node.initializer !== undefined) say(node, "default parameter");
    if (node.dotDotDotToken !== undefined) say(node, "rest parameter");
  }
  if (ts.isFunctionLike(node) && "asteriskToken" in node && node.asteriskToken !== undefined) {
    say(node, "generator");
  }
  if (ts.isMethodDeclaration(node) && node.name.getText() === "delete") say(node, "method delete");
  if (ts.isFunctionDeclaration(node) && !isHoisted(node)) say(node, "function that is not first");
  if (ts.isPropertyAccessExpression(node)) checkMember(node, say);
  if (ts.isIdentifier(node) && isRead(node)) checkName(node, scope, say);
}

/** Espruino hoists nothing: functions come before all else in their block. */
function isHoisted({ parent, pos }: ts.FunctionDeclaration): boolean {
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) return false;
  return parent.statements.every(
    (one) => one.pos >= pos || ts.isFunctionDeclaration(one) || isDirective(one),
  );
}

function isDirective(node: ts.Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

function checkMember(node: ts.PropertyAccessExpression, say: Say): void {
  const { name, expression, parent } = node;
  if (bannedMembers.has(name.text)) say(node, `.${name.text}`);
  const isThis = expression.kind === ts.SyntaxKind.ThisKeyword;
  if (name.text === "length" && !isThis && ts.isBinaryExpression(parent) && parent.left === node) {
    const isAssigned = parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (isAssigned && parent.right.getText() === "0") say(node, ".length = 0");
  }
}

/** A name that stands for a value, and is not just being declared or a key. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  const isDeclared = ts.isFunctionLike(parent) || ts.isClassLike(parent) || isVariable(parent);
  return !(isDeclared && parent.name === node);
}

function isVariable(node: ts.Node): node is ts.VariableDeclaration | ts.ParameterDeclaration {
  return ts.isVariableDeclaration(node) || ts.isParameter(node);
}

function checkName(node: ts.Identifier, from: Scope, say: Say): void {
  let hasLeftFunction = false;
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.outer) {
    const declared = scope.names.get(node.text);
    if (declared !== undefined) {
      if (!hasLeftFunction && !isBefore(declared, node))
        say(node, `${node.text} before it is there`);
      if (hasLeftFunction && isMadeAnewInLoop(declared)) say(node, `${node.text} of a loop kept`);
      return;
    }
    hasLeftFunction ||= scope.isFunction;
  }
  if (!globals.has(node.text)) say(node, `unknown name ${node.text}`);
}

function isBefore(declared: ts.Node, use: ts.Node): boolean {
  return declared.pos <= use.pos;
}

/** Espruino has one variable for all turns of a loop, so a function in it sees the last value. */
function isMadeAnewInLoop(declared: ts.Node): boolean {
  if (!ts.isVariableDeclaration(declared) || isVar(declared)) return false;
  for (let node: ts.Node | undefined = declared.parent; node; node = node.parent) {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isIterationStatement(node, false)) return true;
  }
  return false;
}
