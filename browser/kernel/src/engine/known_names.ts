/** What is known of a session's names while a cell is read, for what is rewritten in it. */

import { AskingNames } from '../source/asking';
import { repr } from '../source/python_text';
import type { CellSource, SessionNames } from '../source/index';
import type { Value } from '../wire/values';

const MOST_ASKED = 1_000; // names, after which all count as undefined

/** The session has to be asked for these names first, and then the cell is read anew. */
export class NotKnownYet extends Error {
  constructor(readonly names: readonly string[]) {
    super('names of the session');
  }
}

export class KnownNames implements SessionNames {
  /** There are no tools of the person's here. */
  readonly granted: SessionNames['granted'] = new Map();
  #defined = new Set<string>();
  #undefined = new Set<string>();
  readonly #asking = new AskingNames();

  /**
   * @param evaluate - Gives the value of an expression between two feeds; null if it fails.
   * @param cells - Gives the cells of the session, oldest first.
   * @param hasPart - Whether the session has a part of the prelude.
   */
  constructor(
    private readonly evaluate: (expression: string) => Promise<Value>,
    private readonly cells: () => readonly CellSource[],
    private readonly hasPart: (part: string) => boolean
  ) {}

  /** The session is another one, or in another state. */
  forget(): void {
    this.#defined = new Set();
    this.#undefined = new Set();
  }

  /**
   * Read a cell. A name that is not known is asked for, and the cell is read anew.
   */
  async reading<T>(read: () => T): Promise<T> {
    this.#undefined = new Set(); // a cell may have defined them since
    for (;;) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof NotKnownYet)) throw error;
        await this.#ask(error.names);
      }
    }
  }

  async #ask(names: readonly string[]): Promise<void> {
    const list = `[${[...names].sort().map(repr).join(', ')}]`;
    const expression = `(lambda defined: [name for name in ${list} if name not in defined])(__mk_b_locals())`;
    const answer = await this.evaluate(expression);
    const missing = new Set(Array.isArray(answer) ? answer : names);
    for (const name of names) (missing.has(name) ? this.#undefined : this.#defined).add(name);
  }

  undefinedOf(names: ReadonlySet<string>): ReadonlySet<string> {
    const asked = [...names].filter(name => !this.#defined.has(name));
    const unknown = asked.filter(name => !this.#undefined.has(name));
    if (unknown.length > 0 && asked.length <= MOST_ASKED) throw new NotKnownYet(unknown);
    return new Set(asked);
  }

  asking(): ReadonlySet<string> | null {
    return this.#asking.of(this.cells(), this.granted);
  }

  get remembersErrors(): boolean {
    return this.hasPart('exceptions');
  }
}
