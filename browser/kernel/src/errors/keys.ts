/** The key of a KeyError, as Python shows it. */

import { lstrip, repr } from '../source/python_text';
import { treeOf } from '../source/syntax_trees';
import type { Expr } from '../source/tree';

/** Monty keeps only str(key) of a KeyError's key: quote it as repr(key) would, unless it reads as a number or a tuple. */
export function keyText(message: string): string {
  const [only, ...more] = message.length < 1_000 ? (treeOf(lstrip(message))?.body ?? []) : [];
  const value = only?._ === 'Expr' && more.length === 0 ? only.value : null;
  return value !== null && isPlainKey(value) ? message : repr(message);
}

function isPlainKey(node: Expr): boolean {
  if (node._ === 'Constant') return node.kind !== 'str' && node.kind !== 'ellipsis';
  return node._ === 'Tuple' ? node.elts.every(isLiteral) : isNumber(node);
}

function isLiteral(node: Expr): boolean {
  if (node._ === 'Constant') return true;
  if (node._ === 'Dict') return node.keys.every(key => key !== null && isLiteral(key)) && node.values.every(isLiteral);
  return node._ === 'Tuple' || node._ === 'List' || node._ === 'Set' ? node.elts.every(isLiteral) : isNumber(node);
}

/** A number with a sign, or one with an imaginary part. */
function isNumber(node: Expr): boolean {
  if (node._ !== 'BinOp') return isSigned(node, ['int', 'float', 'complex']);
  return ['Add', 'Sub'].includes(node.op) && isSigned(node.left, ['int', 'float']) && isPlain(node.right, ['complex']);
}

function isSigned(node: Expr, kinds: readonly string[]): boolean {
  return node._ === 'UnaryOp'
    ? ['UAdd', 'USub'].includes(node.op) && isPlain(node.operand, kinds)
    : isPlain(node, kinds);
}

function isPlain(node: Expr, kinds: readonly string[]): boolean {
  return node._ === 'Constant' && kinds.includes(node.kind);
}
