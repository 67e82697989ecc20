/** What came of a test case, in words that can be compared. */

import { special } from '../../../kernel/src/wire/values';
import type { Value } from '../../../kernel/src/wire/values';
import type { RaisedException, StackFrame } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';

export interface Outcome {
  readonly printed: string;
  /** The result, or the traceback of what ended the case. */
  readonly end: { readonly result: Value } | { readonly exception: RaisedException };
}

/** The repr of a result, as far as test cases need it. */
export function reprOf(value: Value): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(reprOf).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([key, each]) => `${reprOf(key)}: ${reprOf(each)}`).join(', ')}}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value === 'string') return reprOfText(value);
  if (typeof value === 'bigint') return String(value);
  const found = special(value);
  if (found?.py === 'cycle' || found?.py === 'repr') return found.text;
  throw new Error(`no test case expects such a result: ${JSON.stringify(found)}`);
}

function reprOfText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** The repr of an exception. */
export function reprOfException(exception: RaisedException): string {
  const name = exception.excType.slice(exception.excType.lastIndexOf('.') + 1);
  return `${name}(${exception.message === undefined ? '' : reprOfText(exception.message)})`;
}

/** A traceback as Monty writes it. */
export function tracebackOf(exception: RaisedException, file: string): string {
  const frames = repeatedOnce(exception.traceback.map(frame => frameOf(frame, file)));
  const summary = exception.message ? `${exception.excType}: ${exception.message}` : exception.excType;
  return `${frames === '' ? '' : 'Traceback (most recent call last):\n'}${frames}${summary}`;
}

/** More than three of the same in a row are counted. */
function repeatedOnce(frames: readonly string[]): string {
  let written = '';
  for (let at = 0; at < frames.length;) {
    let end = at;
    while (frames[end] === frames[at]) end += 1;
    const more = end - at - 3;
    written += frames.slice(at, Math.min(end, at + 3)).join('');
    if (more > 0) written += `  [Previous line repeated ${more} more time${more === 1 ? '' : 's'}]\n`;
    at = end;
  }
  return written;
}

function frameOf(frame: StackFrame, file: string): string {
  const start = frame.start ?? { line: 0, column: 0 };
  const end = frame.end ?? start;
  const name = frame.filename.startsWith('<python-input-') ? file : frame.filename;
  const place = `  File "${name}", line ${start.line}${frame.hideFrameName ? '' : `, in ${frame.frameName ?? '<module>'}`}\n`;
  const line = frame.previewLine;
  if (line === undefined) return place;
  if (start.line !== end.line)
    return (
      place +
      line
        .replace(/\n$/, '')
        .split('\n')
        .map(each => `    ${each}\n`)
        .join('')
    );
  const trimmed = line.trimStart();
  const indent = line.length - trimmed.length;
  const caret = start.column > indent ? 4 + start.column - indent - 1 : 4;
  const carets = `${' '.repeat(caret)}${'~'.repeat(Math.max(end.column - start.column, 1))}\n`;
  return `${place}    ${trimmed}\n${frame.hideCaret ? '' : carets}`;
}

/** The outcome as text. Ids, which are random, are numbered as they come. */
export function comparable(outcome: Outcome, file: string): string {
  const { end } = outcome;
  if ('exception' in end) return `${outcome.printed}\n${tracebackOf(end.exception, file)}`;
  const ids = new Map<string, number>();
  const result = JSON.stringify(end.result, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
    if (!(value instanceof Uint8Array)) return Object.is(value, -0) ? '-0' : value;
    const id = Buffer.from(value).toString('hex');
    if (value.length !== 16) return id;
    if (!ids.has(id)) ids.set(id, ids.size);
    return `id ${ids.get(id) ?? 0}`;
  });
  return `${outcome.printed}\n${result}`;
}
