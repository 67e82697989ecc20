/** %time, %%time, %timeit, %%timeit: the clock is read inside the sandbox, beside the code that is timed. */

import { characters, thousands } from '../source/python_text';
import { logicalLines } from '../source/statements';
import { inPythonsWords } from '../errors/python_words';
import { NotPython, syntaxTree } from '../source/syntax_trees';
import { children } from '../source/walk';
import { spanOf } from './declared';
import { BadCode, UsageError } from './usage';
import type { CellRewrite, Rewrite } from '../source';
import type { Span } from '../source/source_map';
import type { Module, Node } from '../source/tree';
import type { Given } from './arguments';
import type { Code, Parsed } from './declared';

const PARTS = ['timing'];
const START = '__mk_started = __mk_tic()\n';
const STOP = '__mk_toc(__mk_started)';

const LONG = 1 << 17; // characters

const STRAY: Readonly<Record<string, string>> = {
  Return: "'return' outside function",
  Break: "'break' outside loop",
  Continue: "'continue' not properly in loop",
  Yield: "'yield' outside function",
  YieldFrom: "'yield' outside function"
};
const FUNCTIONS = new Set(['FunctionDef', 'AsyncFunctionDef', 'Lambda']);
const LOOPS = new Set(['For', 'AsyncFor', 'While']);
const AWAITS = new Set(['Await', 'AsyncFor', 'AsyncWith']);

export function time({ code }: Parsed): Rewrite {
  const snippet = examined(code);
  if (snippet.expression === null) return { before: START, keep: spanOf(code), after: `\n${STOP}`, parts: PARTS };
  const [first, last] = snippet.expression;
  return {
    before: '__mk_toc_value(__mk_tic(), (\n',
    keep: [code.start + first, code.start + last],
    after: `\n))${snippet.quiet ? ';' : ''}`,
    parts: PARTS,
    isExpression: true
  };
}

export function timeCell({ given }: Parsed): CellRewrite {
  if ((given['line'] as readonly string[]).length > 0) {
    throw new UsageError('%%time: put the code on the lines below, or use %time for code on the line');
  }
  return { before: START, finish: STOP, parts: PARTS };
}

export function timeit({ given, code }: Parsed): Rewrite {
  const snippet = examined(code);
  const [before, after] = loop(snippet, ' '.repeat(8));
  const call = report(given, snippet);
  const made = { before, keep: spanOf(code), parts: PARTS };
  return given['give'] === true ? { ...made, after, value: call } : { ...made, after: `${after}\n${call}` };
}

export function timeitCell({ given, code }: Parsed, body: string): CellRewrite {
  const snippet = examinedBody(body);
  if (snippet.empty) {
    throw new UsageError('%%timeit: put the code on the lines below, or use %timeit for code on the line');
  }
  const setup = code.text === '' ? NOTHING : examined(code);
  const awaits = { ...NOTHING, awaits: snippet.awaits || setup.awaits };
  const [before, after] = loop(awaits, '');
  const head = before.indexOf('\n');
  return {
    before: `${before.slice(0, head)}\n    `,
    keep: spanOf(code),
    between: before.slice(head),
    indent: ' '.repeat(8),
    after: `${after}\n${report(given, awaits)}`,
    parts: PARTS
  };
}

function examined(code: Code): Snippet {
  if ('%!'.includes(code.text.charAt(0))) {
    throw new UsageError('only Python can be timed, no other magic');
  }
  try {
    return examine(code.text);
  } catch (error) {
    if (!(error instanceof BadCode)) throw error;
    throw new BadCode(error.message, [code.start + error.span[0], code.start + error.span[1]]);
  }
}

function examinedBody(body: string): Snippet {
  try {
    return examine(body);
  } catch (error) {
    if (!(error instanceof BadCode)) throw error;
    throw new BadCode(error.message, error.span, true);
  }
}

function loop(snippet: Snippet, indent: string): [before: string, after: string] {
  // in a function the code's assignments are local, and it reads the names in scope where the magic stands
  const head = `${snippet.awaits ? 'async ' : ''}def __mk_run(__mk_n):`;
  const body = `    __mk_started = __mk_tic()\n    for __mk_i in __mk_b_range(__mk_n):\n${indent}`;
  return [`${head}\n${body}`, '\n    return __mk_tic() - __mk_started'];
}

function report(given: Given, snippet: Snippet): string {
  const times = `__mk_run, ${Number(given['number'] ?? 0)}, ${Number(given['repeat'])}`;
  const measured = snippet.awaits ? `await __mk_times_awaiting(${times})` : `__mk_times(${times})`;
  const flags = `${truth(given['quiet'])}, ${truth(given['give'])}`;
  return `__mk_timeit(${measured}, ${Number(given['precision'])}, ${flags})`;
}

function truth(value: unknown): string {
  return value === true ? 'True' : 'False';
}

/**
 * Code that can be spliced into a cell on its own lines: no bracket, string or continuation runs past its end. Code that
 * the parser refuses counts as statements, and Monty judges it.
 */
export interface Snippet {
  /** The span of its only expression; null if it is anything else. */
  readonly expression: Span | null;
  /** Whether a semicolon follows the expression. */
  readonly quiet: boolean;
  /** Whether it awaits outside of any function in it. */
  readonly awaits: boolean;
  /** Whether it has nothing but comments. */
  readonly empty: boolean;
}

const NOTHING: Snippet = { expression: null, quiet: false, awaits: false, empty: false };

/** Examine code before it is spliced. Throws BadCode if it would run into what follows it, or leave its function. */
export function examine(text: string): Snippet {
  if (characters(text) > LONG) {
    throw new BadCode(`the code is longer than ${thousands(LONG)} characters`, [0, text.length]);
  }
  let tree: Module;
  try {
    tree = syntaxTree(text);
  } catch (error) {
    if (!(error instanceof NotPython)) throw error;
    if (!spillsOver(text)) return NOTHING;
    const { message, start } = inPythonsWords(text, error);
    throw new BadCode(message, place(text, start));
  }
  let awaits = false;
  for (const node of ownLevel(tree)) {
    const stray = STRAY[node._];
    if (stray !== undefined && 's' in node) throw new BadCode(stray, [node.s, node.e]);
    awaits ||= AWAITS.has(node._) || (node._ === 'comprehension' && Boolean(node.is_async));
  }
  const [only] = tree.body;
  if (tree.body.length === 1 && only?._ === 'Expr') {
    const quiet = /^[ \t\f]*;/.test(text.slice(only.e));
    return { expression: [only.s, only.e], quiet, awaits, empty: false };
  }
  return { ...NOTHING, awaits, empty: tree.body.length === 0 };
}

function spillsOver(text: string): boolean {
  // a comment after the code is a line of its own only if the code is complete
  const probe = `${text}\n#`;
  const last = [...logicalLines(probe)].at(-1);
  return text.includes('\r') || last?.[0] !== text.length + 1 || last[1] !== probe.length;
}

/** The nodes that run when the code runs, without `break` and `continue` inside of loops. */
function* ownLevel(tree: Node): Generator<Node> {
  const waiting: [Node, boolean][] = children(tree)
    .reverse()
    .map(node => [node, false]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, inLoop] = next;
    if (FUNCTIONS.has(node._)) continue;
    if (inLoop && (node._ === 'Break' || node._ === 'Continue')) continue;
    yield node;
    const below = inLoop || LOOPS.has(node._);
    for (const child of children(node).reverse()) waiting.push([child, below]);
  }
}

function place(text: string, at: number): Span {
  const start = Math.max(0, Math.min(at, text.length - 1));
  return [start, Math.min(start + 1, text.length)];
}
