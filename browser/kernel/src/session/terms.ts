/** What a session is given, what takes part in its cells, and how they end. */

import type { Answer, HeldLimits, Limits, MountSpec, Outcome, Output, Question } from '../worker/messages';
import type { Why } from './worker_link';

/** What takes part in one cell. */
export interface CellHost {
  /** Take an output of the cell; it is not sanitized. */
  output(output: Output): void;
  /** Answer what the cell asks. The promise may stay open: an interrupt answers in its place. */
  ask(question: Question): Promise<Answer>;
  /** Take what the cell's reply is to hold for the front end. */
  payload?(payload: Record<string, unknown>): void;
}

/** Whether a session came back when its worker was lost: it did, the next cell tries again, or it cannot. */
export type Restored = 'restored' | 'later' | 'gone';

/** How a cell ended: with an outcome, or with its worker. */
export type Ran =
  { outcome: Outcome; lost: null } | { outcome: null; lost: { why: Why; message: string; restored: Restored } };

/** What a session is started with. */
export interface SessionSettings {
  limits: HeldLimits;
  timezone: string;
  /** Characters of one MIME type that the sanitizer lets through; null for no limit. */
  mostShown: number | null;
  /** What the person granted; nothing if it is missing. */
  mounts?: (() => readonly MountSpec[]) | undefined;
}

/** The session could not be started. The message is for the person. */
export class CannotStart extends Error {
  constructor(
    message: string,
    /** Whether the state is to blame, so that to try again would be in vain. */
    readonly refused = false
  ) {
    super(message);
  }
}

/** The person interrupted a cell that waited for its session. */
export class InterruptedEarly extends Error {}

/** The limits of a worker, as far as they are no wider than those that were granted: a worker may say anything. */
export function tighter(said: Limits, { granted }: HeldLimits): Limits {
  const within = (name: keyof Limits): number | null => {
    const [now, most] = [said[name], granted[name]];
    return now === null || most === null ? (now ?? most) : Math.min(now, most);
  };
  return {
    memory: within('memory'),
    seconds: within('seconds'),
    recursion: within('recursion'),
    output: within('output'),
    host_calls: within('host_calls'),
    asleep: within('asleep')
  };
}
