/** An expression as `ast.unparse` writes it, where that takes no parentheses; else as it was written. */

import { repr } from './python_text';
import { float } from '../wire/python_text';
import type { Constant, Expr } from './tree';

const SIGNS: Readonly<Record<string, string>> = { USub: '-', UAdd: '+', Invert: '~' };

/** UTF-16 units above which an expression stays as it is: it may nest deeper than this can follow. */
const LONGEST = 1_000;

/** @param text - That the expression stands in. */
export function unparse(node: Expr, text: string): string {
  const all = (nodes: readonly Expr[]): string => nodes.map(each => unparse(each, text)).join(', ');
  if (node.e - node.s > LONGEST) return written(node, text);
  if (node._ === 'Constant') return constant(node);
  if (node._ === 'Name') return node.id;
  if (node._ === 'Attribute' && isPrimary(node.value)) return `${unparse(node.value, text)}.${node.attr}`;
  if (node._ === 'Subscript' && isPrimary(node.value)) {
    const { slice } = node;
    const bare = slice._ === 'Tuple' && slice.elts.length > 1;
    return `${unparse(node.value, text)}[${bare ? all(slice.elts) : unparse(slice, text)}]`;
  }
  if (node._ === 'List') return `[${all(node.elts)}]`;
  if (node._ === 'Tuple') return `(${all(node.elts)}${node.elts.length === 1 ? ',' : ''})`;
  if (node._ === 'Set') return `{${all(node.elts)}}`;
  if (node._ === 'Dict') {
    const pairs = node.values.map((value, index) => {
      const key = node.keys[index];
      return key ? `${unparse(key, text)}: ${unparse(value, text)}` : written(node, text);
    });
    return node.keys.includes(null) ? written(node, text) : `{${pairs.join(', ')}}`;
  }
  if (node._ === 'UnaryOp') {
    const sign = SIGNS[node.op];
    const simple = node.operand._ === 'Constant' || node.operand._ === 'Name';
    return sign !== undefined && simple ? sign + unparse(node.operand, text) : written(node, text);
  }
  if (node._ === 'Call' && isPrimary(node.func)) {
    const named = node.keywords.map(({ arg, value }) => (arg === null ? '**' : `${arg}=`) + unparse(value, text));
    return `${unparse(node.func, text)}(${[...node.args.map(each => unparse(each, text)), ...named].join(', ')})`;
  }
  return written(node, text);
}

/** Whether it needs no parentheses before a dot or a bracket. */
function isPrimary(node: Expr): boolean {
  return ['Name', 'Attribute', 'Subscript', 'Call'].includes(node._);
}

function written(node: Expr, text: string): string {
  return text.slice(node.s, node.e).replace(/\s*\n\s*/g, ' ');
}

function constant({ kind, value }: Constant): string {
  if (kind === 'str') return repr(value);
  if (kind === 'none') return 'None';
  if (kind === 'ellipsis') return '...';
  if (kind === 'int') return String(BigInt(value.replaceAll('_', '')));
  if (kind !== 'float') return value;
  const number = float(Number(value.replaceAll('_', '')));
  return number === 'inf' ? '1e309' : number;
}
