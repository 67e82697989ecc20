/** Ways through a tree. They keep a stack or a queue of their own: an expression may nest deeper than JavaScript's. */

import type { ExceptHandler, Expr, MatchCase, Node, Stmt } from './tree';

/** A statement, or a clause of one that holds statements. */
export type Statement = Stmt | ExceptHandler | MatchCase;

/** The nodes directly inside one, in the order of its fields. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each)) found.push(each);
    } else if (isNode(value)) {
      found.push(value);
    }
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

/** A node and all below it, level by level, as `ast.walk` gives them. */
export function* walk(root: Node): Generator<Node> {
  const waiting = [root];
  for (const node of waiting) {
    yield node;
    for (const child of children(node)) waiting.push(child); // the loop reaches these too
  }
}

/** The statements directly inside of a node; `except` and `case` clauses count as statements. */
export function statementsIn(node: Node): Statement[] {
  const found: Statement[] = [];
  for (const field of ['body', 'handlers', 'orelse', 'finalbody', 'cases']) {
    const below = (node as unknown as Record<string, unknown>)[field];
    if (Array.isArray(below)) found.push(...(below as Statement[])); // the body of a lambda is an expression
  }
  return found;
}

const EXPRESSIONS = new Set(
  (
    'BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp Await Yield YieldFrom ' +
    'Compare Call FormattedValue JoinedStr Interpolation TemplateStr Constant Attribute Subscript Starred Name List Tuple ' +
    'Slice'
  ).split(' ')
);

export function isExpression(node: Node): node is Expr {
  return EXPRESSIONS.has(node._);
}
