/** Whoever runs the engine: what the engine needs of it. */

import type { Output } from '../worker/messages';
import type { Value } from '../wire/values';

/** What answers for the page. Nothing of it is called while the interpreter computes, but for `emit`. */
export interface Frontend {
  /** Take an output. */
  emit(output: Output): void;
  /** Ask the person for a line. Rejects with `Refusal` at the end of input, and where nobody can answer. */
  ask(prompt: string, password: boolean): Promise<string>;
  /** Run a magic of the host's; the value of its line. Rejects with `Refusal`. */
  magic(name: string, args: string): Promise<Value>;
  /** The text that `help(topic)` prints. `kind`: the name of the value's class, if it is known; else empty. */
  help(topic: string, kind: string): Promise<string>;
  /**
   * How IPython shows a class or a function whose `repr` is `text`; null if it shows the same. `own`: whether a class
   * comes from a cell, or a function still has the name that it was defined under.
   */
  named(text: string, own: boolean): string | null;
  /** The error to show for a method that raised while an object was shown; null if it is not found in the cells. */
  misshown(kind: string, method: string, ename: string, evalue: string): Extract<Output, { type: 'error' }> | null;
  /** The cell called `exit()`. Whether somebody is there who leaves; else the cell fails. */
  leave(): Promise<boolean>;
}

/** What no cell can catch by its type, since Monty has none of it; the message says why, and what to do instead. */
export class Refusal extends Error {
  /**
   * @param ename - The name of the error that the person sees: `UsageError`, `StdinNotImplementedError`, `EOFError`.
   */
  constructor(
    readonly ename: string,
    message: string
  ) {
    super(message);
    this.name = ename;
  }
}

/** What the person asked of a magic or a command cannot be done. */
export function usageError(message: string): Refusal {
  return new Refusal('UsageError', message);
}

/** An exception that a function of the host raises in the cell. */
export class Raises extends Error {
  /**
   * @param type - One of Monty's names.
   */
  constructor(
    readonly type: string,
    message = ''
  ) {
    super(message);
  }
}

/** For feeds that nobody sees: those of the kernel's own. */
export const NO_FRONTEND: Frontend = {
  emit: () => undefined,
  ask: () => Promise.reject(new Refusal('StdinNotImplementedError', 'nobody can answer')),
  magic: () => Promise.resolve(null),
  help: () => Promise.resolve(''),
  named: () => null,
  misshown: () => null,
  leave: () => Promise.resolve(false)
};
