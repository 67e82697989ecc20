/** Makes a Failure of what ended a cell: names, messages and frames in terms of the cells that the person typed. */

import { askedInVain } from '../errors/asked_in_vain';
import { keyText } from '../errors/keys';
import { isArityError } from '../errors/locate';
import { say } from '../errors/sentences';
import { CALL } from '../source/passed_methods';
import { LimitReached, NAMES } from './budget';
import type { Feed } from '../source/feed';
import type { Raised, RaisedFrame } from '../wire/events';
import type { Failure, SourceFrame } from '../worker/messages';
import type { Refusal } from './frontend';
import type { SessionLimits } from './limits';
import type { WorkerLost } from './sandbox';

/** For what the person stopped before it began. */
export const INTERRUPTED: Failure = { kind: 'raised', ename: 'KeyboardInterrupt', evalue: '', frames: [], note: null };

/** Whether Monty refused to parse the source, so that none of it ran. */
export function unparsable(raised: Raised): boolean {
  const [only, ...more] = raised.frames;
  // a cell can raise SyntaxError itself: then something ran, and the frame has a function
  if (only === undefined || more.length > 0 || only.function !== null) return false;
  return !isArityError(raised.type, raised.message);
}

/** The Failure for code that raised or could not be parsed. `feedOf`: the feed that a frame's filename names. */
export function raisedFailure(raised: Raised, feedOf: (filename: string) => Feed | null): Failure {
  let ename = raised.type.slice(raised.type.lastIndexOf('.') + 1);
  let evalue = raised.message;
  if (ename === 'KeyError') evalue = keyText(evalue);
  else if (ename === 'NotImplementedError') [ename, evalue] = askedInVain(ename, evalue);
  const frames = withoutWrappers(framesOf(raised.frames, feedOf));
  return { kind: unparsable(raised) ? 'syntax' : 'raised', ename, evalue, frames, note: null };
}

/** The Failure for a refusal of the host whose exception Monty has no type for. */
export function refusedFailure(refusal: Refusal | LimitReached, failure: Failure): Failure {
  if (refusal instanceof LimitReached) return { ...refusal.failure, frames: failure.frames };
  const frames = refusal.ename === 'UsageError' ? [] : failure.frames; // as in IPython, where the line itself is enough
  return { kind: failure.kind, ename: refusal.ename, evalue: refusal.message, frames, note: null };
}

/**
 * The Failure for a cell whose interpreter is gone.
 *
 * @param travelled - The name of the cell's last action that went to another state, if any.
 */
export function lostFailure(lost: WorkerLost, limits: SessionLimits, travelled: string | null): Failure {
  const note = travelled === null ? say('restored') : say('restored_to_action', travelled);
  if (lost.why === 'memory') {
    const held = `the session would need more than ${limits.inWords('memory')}`;
    const evalue = limits.now.memory === null ? lost.message : held;
    return { kind: 'memory', ename: 'MemoryError', evalue, frames: [], note };
  }
  if (lost.why === 'time') return { kind: 'time', ename: 'TimeoutError', evalue: lost.message, frames: [], note };
  if (lost.why !== 'crashed') {
    return { kind: 'limit', ename: NAMES[lost.why], evalue: lost.message, frames: [], note };
  }
  const evalue = `the sandbox worker died: ${lost.message}`;
  return { kind: 'crashed', ename: 'WorkerCrashed', evalue, frames: [], note };
}

function* framesOf(frames: readonly RaisedFrame[], feedOf: (filename: string) => Feed | null): Generator<SourceFrame> {
  for (const frame of frames) {
    const feed = feedOf(frame.filename);
    const name = frame.function ?? '<module>';
    if (name === '<lambda>' && feed?.maps[0]?.inserted(frame.line, frame.column).includes(CALL)) continue;
    if (feed !== null) {
      const [line, column, endLine, endColumn] = feed.toCell(frame.line, frame.column, frame.endLine, frame.endColumn);
      yield { cell: feed.cell, line, column, endLine, endColumn, function: name };
    } else if (!frame.filename.startsWith('<python-input-')) {
      const { line, column, endLine, endColumn } = frame; // frames of the prelude are left out
      yield { cell: null, line, column, endLine, endColumn, function: name };
    }
  }
}

/** %timeit puts the person's code into a function, but to them it stands where the magic does. */
function withoutWrappers(frames: Iterable<SourceFrame>): SourceFrame[] {
  const found: SourceFrame[] = [];
  for (const frame of frames) {
    const outer = frame.function.startsWith('__mk_') ? found.pop() : undefined;
    found.push(outer === undefined ? frame : { ...frame, function: outer.function });
  }
  return found;
}
