/** What front ends ask about code, as Jupyter's messages have it: places count Unicode characters. */

import { ABOUT } from '../magics/declared';
import { Magics } from '../magics/magics';
import { characters, forward, repr } from '../source/python_text';
import { judge } from './completeness';
import { Completer } from './completion';
import { STUB } from './facts';
import { Inspector } from './inspection';
import { Live } from './live';
import type { Completion, Questions } from '../jupyterlite/parts';
import type { Kin } from '../magics/declared';
import type { CellSource } from '../source/index';
import type { MimeBundle } from '../worker/messages';
import type { Completeness } from './completeness';
import type { Known } from './completion';
import type { Ask } from './live';

/** What is known of the session beside it. */
export interface Surrounding {
  ask: Ask;
  /** The cells that led to the session, oldest first. */
  cells(): readonly CellSource[];
  /** The states, or the names of states, that a magic's argument may be. */
  kin(kin: Kin): readonly string[];
}

const QUOTED = /^(['"])([\p{L}_][\p{L}\p{N}_.]*)\1$/u;
const ANSI = /\u001b\[\d+m/g;

export class CodeQuestions implements Questions {
  readonly #completer: Completer;
  readonly #inspector: Inspector;
  readonly #known: Known;

  constructor(surrounding: Surrounding) {
    this.#known = {
      live: new Live(surrounding.ask),
      magics: new Magics(),
      cells: () => [STUB, ...surrounding.cells()],
      kin: kin => surrounding.kin(kin)
    };
    this.#completer = new Completer(this.#known);
    this.#inspector = new Inspector(this.#known);
  }

  async complete(code: string, cursor: number): Promise<Completion> {
    const found = await this.#completer.complete(code, forward(code, 0, Math.max(0, cursor)));
    const [start, end] = [found.start, found.end].map(offset => characters(code, 0, offset));
    const rows = found.matches.map(text => ({ start, end, text, type: found.kinds.get(text), signature: '' }));
    return {
      matches: [...found.matches],
      start: start ?? 0,
      end: end ?? 0,
      metadata: rows.length > 0 ? { _jupyter_types_experimental: rows } : {}
    };
  }

  async inspect(code: string, cursor: number, detail: number): Promise<MimeBundle | null> {
    const text = await this.#inspector.inspect(code, forward(code, 0, Math.max(0, cursor)), detail);
    return text === null ? null : { 'text/plain': text };
  }

  isComplete(code: string): Completeness {
    return judge(code);
  }

  /** What `?` shows: a page about a topic, or about the kernel if there is none; null if nothing is known. */
  async describe(topic: string, detail: number): Promise<MimeBundle | null> {
    if (topic === '') return { 'text/plain': ABOUT };
    const text = (await this.#inspector.describe(topic, detail)) ?? this.#known.magics.help(topic);
    return text === null ? null : { 'text/plain': text };
  }

  /** What `help(given)` prints. `givenKind`: the name of the value's class, if it is known; else empty. */
  async help(given: string, givenKind: string): Promise<string> {
    if (given === '') return 'Type help(name) or name? for help on a name, %lsmagic for the magics.';
    const quoted = QUOTED.exec(given)?.[2]; // help('math')
    const [topic, kind] = quoted === undefined ? [given, givenKind] : [quoted, ''];
    const text =
      (await this.#inspector.describe(topic, 0)) ?? (kind === '' ? null : await this.#inspector.describe(kind, 0));
    return text === null ? `No documentation found for ${repr(topic)}.` : text.replace(ANSI, '');
  }
}
