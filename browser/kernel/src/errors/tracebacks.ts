/**
 * Renders a Failure as IPython would show it: `Cell In[n]`, then the numbered lines around each place, with an arrow.
 *
 * Carets under the failing expression are added to IPython's layout.
 */

import { characters, partition, thousands } from '../source/python_text';
import { layout, scopeAround } from './cell_code';
import { BLUE, CYAN, excerpt, GREEN, markedLine, PLAIN, RED } from './excerpts';
import { NAME_LIMIT, shownFrames } from './folding';
import { hint } from './hints';
import { cut, visible } from './visible_text';
import type { CellSource } from '../source/index';
import type { Failure, SourceFrame } from '../worker/messages';
import type { CellLayout } from './cell_code';

const EVALUE_LIMIT = 65_536; // characters of `evalue`
const SHOWN_LIMIT = 16_384; // characters of the message in the traceback
const SHOWN_LINES = 200; // lines of the message in the traceback

const WIDTH = 75;

/** Of hints. They have the front end's own colour: no ANSI colour can be read on the pink and the dark red of errors. */
const [BOLD, LIGHT] = ['\x1b[1m', '\x1b[22m'];
const CELL_LABEL = /^In\[\d+\]$/;
const FROM_STRING = /\(<string>, line \d+\)$/;

/** An error as it is shown. Control characters are written out, since front ends print them raw. */
export interface Rendered {
  /** Without colours, as `evalue`. */
  readonly ename: string;
  readonly evalue: string;
  /**
   * One element for each part, as in ipykernel: a rule, the headline, one for each frame (ending with a newline), the
   * message; then the failure's note and a hint, if there are any. A syntax error is one element. Without frames there is
   * neither rule nor headline.
   */
  readonly traceback: string[];
}

/** The error output for a failure, laid out as IPython 9 does it. */
export function render(failure: Failure): Rendered {
  const ename = visible(cut(failure.ename, NAME_LIMIT)).replaceAll('\n', ' ');
  const said = message(failure);
  const parts: string[] = [];
  if (isSyntaxError(failure)) {
    parts.push([...syntaxError(failure.frames, ename, said)].join('\n'));
  } else {
    if (failure.frames.length > 0) {
      parts.push(`${RED}${'-'.repeat(WIDTH)}${PLAIN}`, headline(ename), ...framesShown(failure.frames));
    }
    parts.push(`${RED}${ename}${PLAIN}: ${said}`);
  }
  if (failure.note !== null) parts.push(visible(failure.note));
  const advice = hint(failure);
  if (advice !== null) parts.push(`${BOLD}Hint:${LIGHT} ${visible(advice)}`);
  return { ename, evalue: cleaned(failure.evalue, EVALUE_LIMIT), traceback: parts };
}

function isSyntaxError(failure: Failure): boolean {
  // code in a string that eval or exec gets fails while the cell runs, and so has frames to show
  const inString = failure.frames.length > 1 || FROM_STRING.test(failure.evalue.slice(-100));
  return failure.kind === 'syntax' && !inString;
}

function headline(ename: string): string {
  const words = 'Traceback (most recent call last)';
  const width = WIDTH - characters(ename);
  return `${RED}${ename}${PLAIN}${words.padStart(Math.max(width, words.length + 1))}`;
}

function message(failure: Failure): string {
  const text = cleaned(failure.evalue, SHOWN_LIMIT);
  const lines = text.split('\n');
  if (lines.length <= SHOWN_LINES) return text;
  return [...lines.slice(0, SHOWN_LINES), `… [${thousands(lines.length - SHOWN_LINES)} more lines]`].join('\n');
}

function cleaned(evalue: string, limit: number): string {
  return visible(cut(evalue.replaceAll('\r\n', '\n'), limit));
}

function* syntaxError(frames: readonly SourceFrame[], ename: string, said: string): Generator<string> {
  const [frame] = frames;
  if (frame !== undefined) {
    yield `  ${placeShown(frame)}`;
    const marked = markedLine(frame);
    if (marked !== null) yield* [`    ${RED}${marked[0]}${PLAIN}`, `    ${marked[1]}`];
  }
  yield `${RED}${ename}:${PLAIN} ${said}`;
}

function* framesShown(frames: readonly SourceFrame[]): Generator<string> {
  const layouts = new Map<CellSource, CellLayout>();
  for (const item of shownFrames(frames)) {
    if ('description' in item) {
      yield `    ${RED}[... ${item.description}]${PLAIN}\n`;
    } else if (item.cell === null) {
      yield frameShown(item, null);
    } else {
      const known = layouts.get(item.cell) ?? layout(item.cell.text);
      layouts.set(item.cell, known);
      yield frameShown(item, known);
    }
  }
}

function frameShown(frame: SourceFrame, cell: CellLayout | null): string {
  const scope = cell === null ? null : scopeAround(cell, frame.function, frame.line, frame.column);
  let where = placeShown(frame);
  if (frame.function !== '<module>') {
    const [name, bracket, names] = partition(scope?.label ?? cut(frame.function, NAME_LIMIT), '(');
    where += `, in ${CYAN}${visible(name)}${PLAIN}`;
    if (bracket !== '') where += `${BLUE}${visible(bracket + names)}${PLAIN}`;
  }
  return [where, ...(cell === null ? [] : excerpt(cell, frame, scope)), ''].join('\n');
}

function placeShown(frame: SourceFrame): string {
  if (frame.cell === null) return `${CYAN}File ${PLAIN}${GREEN}<string>:${frame.line}${PLAIN}`;
  const label = visible(frame.cell.label);
  const word = CELL_LABEL.test(label) ? `${CYAN}Cell${PLAIN}${CYAN} ${PLAIN}` : '';
  return `${word}${GREEN}${label}${PLAIN}${GREEN}, line ${frame.line}${PLAIN}`;
}
