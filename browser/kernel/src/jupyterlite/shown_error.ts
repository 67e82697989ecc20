/** Errors as a front end shows them. The worker lays them out; what it says is bounded here, and cannot steer a terminal. */

import { INSISTENT, INSISTENT_SECONDS } from '../engine/interrupts';
import { shown } from '../outputs/terminal';
import type { Restored } from '../session/terms';
import type { Why } from '../session/worker_link';
import type { Failure } from '../worker/messages';
import type { ShownError } from './parts';

const MOST_PARTS = 2_000;
const LONGEST = 1 << 20; // characters

/** A failure that may come from a worker, as an error output and an error reply have it. */
export function shownError(failure: Failure): ShownError {
  const [ename, evalue] = [text(failure.ename), text(failure.evalue)];
  const laidOut: unknown = failure.traceback;
  const plain = [evalue === '' ? ename : `${ename}: ${evalue}`, ...(failure.note === null ? [] : [text(failure.note)])];
  const traceback = Array.isArray(laidOut) ? laidOut.slice(0, MOST_PARTS).map(text) : plain;
  return { ename, evalue, traceback };
}

/** The failure of a cell whose worker is gone. */
export function lost(why: Why, message: string, restored: Restored): Failure {
  const [kind, ename, evalue] = KINDS[why];
  return {
    kind,
    ename,
    evalue: evalue ?? message,
    frames: [],
    note: [STOPPED[why], RESTORED[restored]].join(' ').trim()
  };
}

const RESTORED: Record<Restored, string> = {
  restored: 'The session is as it was before this cell.',
  later: 'The session is kept, but there is no worker for it now; the next cell tries again.',
  gone: 'The session could not be restored; the next cell begins a new one.'
};
const STOPPED: Record<Why, string> = {
  interrupted: 'The cell was computing, so its worker was stopped.',
  insisted: `The cell caught KeyboardInterrupt and went on, so ${INSISTENT} interrupts within ${INSISTENT_SECONDS} seconds stopped its worker.`,
  crashed: '',
  memory: '',
  time: '',
  flood: "The page is kept usable, so the cell's worker was stopped."
};

const KINDS: Record<Why, readonly [Failure['kind'], string, string?]> = {
  interrupted: ['interrupted', 'KeyboardInterrupt', ''],
  insisted: ['interrupted', 'KeyboardInterrupt', ''],
  crashed: ['crashed', 'WorkerCrashed'],
  memory: ['memory', 'MemoryError'],
  time: ['time', 'TimeoutError'],
  flood: ['limit', 'OutputLimitExceeded']
};

function text(value: unknown): string {
  return shown(typeof value === 'string' ? value.slice(0, LONGEST) : '');
}
