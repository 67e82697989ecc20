/**
 * Finds formulas in Markdown as MathJax does, as `monty_kernel/sanitize/formulas.py`: their text is not read as
 * Markdown, and what only looks like a formula is marked so that MathJax leaves it.
 */

import type { Env, MarkdownIt, RendererRule, StateBlock, StateInline } from 'markdown-it';

import { everywhere, formulas, there } from './rules';
import { escaped, isBlank, stripped } from './text';

const OPENING = there(formulas.patterns.opening);
const STEP = everywhere(formulas.patterns.step);
const CLOSING = new Map(Object.entries(formulas.closing));
const ENDING = new Set(formulas.ending);
/** Where a formula has no end: the text ends first, or there is no formula. */
const UNFINISHED = -1;
const NONE = -2;
const DIGIT = /^[\p{Nd}\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089]$/u;
const BUDGET = Symbol('characters that may still be searched for the ends of formulas');

/** Make `md` read formulas, and keep MathJax from what looks like one. */
export function formulasPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('escape', 'formula', inline);
  md.block.ruler.before('fence', 'formula', block, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.renderer.rules['formula'] = render;
  md.renderer.rules['text'] = (tokens, index) => literal(tokens[index]?.content ?? '');
}

/** What the environment of a document's parser must hold. */
export function formulaBudget(text: string): Env {
  return { [BUDGET]: formulas.times * text.length + 10_000 };
}

function spend(env: Env, characters: number): void {
  env[BUDGET] = left(env) - characters;
}

function left(env: Env): number {
  return Number(env[BUDGET]);
}

/** The end of the formula at `start`. */
function endOf(text: string, start: number, env: Env): number {
  OPENING.lastIndex = start;
  const opening = OPENING.exec(text);
  if (opening === null || left(env) <= 0) return NONE;
  const name = opening.groups?.['name'];
  const closing = name === undefined ? CLOSING.get(opening[0]) : `\\end{${name}}`;
  const begin = OPENING.lastIndex;
  let [depth, position] = [0, begin];
  for (STEP.lastIndex = begin; ;) {
    const step = STEP.exec(text);
    if (step === null) {
      spend(env, text.length - start);
      return UNFINISHED;
    }
    const found = step[0];
    position = STEP.lastIndex;
    if (found.startsWith('\n') || found.startsWith('`') || position - start > left(env)) break;
    if (found === '{') depth += 1;
    else if (found === '}') {
      depth -= 1;
      if (depth < 0) break;
    } else if (depth === 0 && (found === closing || (closing === '$' && found === '$$'))) {
      const end = step.index + closing.length;
      const isFormula = stripped(text.slice(begin, step.index)) !== '';
      if (isFormula && !(closing === '$' && isMoney(text, start, end))) return end;
      break;
    }
  }
  spend(env, position - start);
  return NONE;
}

/** Whether the two `$` belong to prices or names: "$5 and $10", "5 $ and 6 $", "$HOME and $PATH". */
function isMoney(text: string, start: number, end: number): boolean {
  const following = text.charAt(end);
  if (DIGIT.test(following)) return true;
  const first = text.charAt(start + 1);
  if (isBlank(first)) return DIGIT.test(stripped(text.slice(Math.max(0, start - 2), start)).slice(-1));
  return isBlank(text.charAt(end - 2)) && (DIGIT.test(first) || !(isBlank(following) || ENDING.has(following)));
}

function inline(state: StateInline, silent: boolean): boolean {
  const sign = state.src[state.pos];
  if (sign !== '$' && sign !== '\\') return false;
  const end = endOf(state.src, state.pos, state.env);
  if (end < 0 || end > state.posMax) {
    if (!state.src.startsWith('$$', state.pos)) return false;
    if (!silent) state.pending += '$$'; // its second half must not begin another formula
    state.pos += 2;
    return true;
  }
  if (!silent) state.push('formula', 'math', 0).content = state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

/** Read a formula on lines of its own, so that none of its lines becomes a list, a heading or a table. */
function block(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const position = at(state.bMarks, start) + at(state.tShift, start);
  if (!['$$', '\\\\[', '\\begin{'].some(opening => state.src.startsWith(opening, position))) return false;
  if (at(state.sCount, start) - state.blkIndent >= 4) return false;
  let [line, several, after, text] = [start, 4, UNFINISHED, ''];
  while (after === UNFINISHED) {
    // more and more lines, so that the time is proportional to the formula
    const [first, ahead] = [line, Math.min(end, line + several)];
    while (line < ahead && !state.isEmpty(line) && !(line > start && at(state.sCount, line) < state.blkIndent))
      line += 1;
    if (line === first) return false;
    text = strippedLeft(state.getLines(start, line, state.blkIndent, false));
    after = endOf(text, 0, state.env);
    several *= 4;
  }
  if (after === NONE || stripped(text.slice(after).split('\n', 1)[0] ?? '') !== '') return false;
  if (silent) return true;
  const content = text.slice(0, after);
  state.line = start + content.split('\n').length;
  const token = state.push('formula', 'math', 0);
  token.block = true;
  token.content = content;
  token.map = [start, state.line];
  return true;
}

function at(marks: number[], line: number): number {
  return marks[line] ?? 0;
}

function strippedLeft(text: string): string {
  return text.slice(text.length - stripped(`${text}.`).length + 1);
}

const render: RendererRule = (tokens, index) => {
  const token = tokens[index];
  let text = token?.content ?? '';
  if (text.startsWith('\\\\')) text = text.slice(1, -3) + text.slice(-2); // Markdown doubles the backslash, MathJax does not
  const formula = written(text);
  return token?.block === true ? `<p>${formula}</p>\n` : formula;
};

/** Text as HTML in which MathJax finds no formula. */
function literal(text: string): string {
  const first = text.search(/[$\\]/);
  if (first < 0) return written(text);
  const last = Math.max(text.lastIndexOf('$'), text.lastIndexOf('\\')) + 1;
  const ignored = `<span class="${formulas.ignored}">${written(text.slice(first, last))}</span>`;
  return written(text.slice(0, first)) + ignored + written(text.slice(last));
}

function written(text: string): string {
  return escaped(text).replace(/"/g, '&quot;');
}
