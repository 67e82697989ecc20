/**
 * Makes printed text safe for a terminal, as `monty_kernel/sanitize/terminal.py` does: colours and what progress bars
 * need on their own line stay, and all other control characters are written out.
 */

import { everywhere, terminal } from './rules';

const STEERING = new RegExp(terminal.patterns.steering, 'u');
const ALL_STEERING = everywhere(terminal.patterns.steering);
const ESCAPE = new RegExp(`(?!${terminal.patterns.staying})\\x1b`, 'g');
const TURNING = new RegExp(terminal.patterns.turning, 'u');
const UNFINISHED = new RegExp(terminal.patterns.unfinished, 'u');

/** Control characters but for the escape, which also begins colours. */
const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).filter(
  character => character !== '\x1b' && STEERING.test(character)
);

/** Characters that the beginning of a colour may have. */
const LONGEST = 42;

/** `text` as a terminal may show it. */
export function shown(text: string): string {
  if (!STEERING.test(text)) return text;
  // a pass for each character that it holds is much faster than a function that is called for each place
  let clean = text.replace(ESCAPE, '\\x1b');
  for (const character of CONTROLS) {
    if (clean.includes(character)) clean = clean.replaceAll(character, writtenOut(character));
  }
  return clean.replace(ALL_STEERING, found => (found === '\x1b' ? found : writtenOut(found)));
}

function writtenOut(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
}

/** A cell's printed text, piece by piece. A sequence that is split between two prints is recognized. */
export class PrintedText {
  #held = '';
  #styled = false;
  #turned = false;

  /** The next piece, as it may be shown. The beginning of what may become a colour is held back. */
  feed(piece: string): string {
    const text = this.#held + piece;
    const tail = Math.max(0, text.length - LONGEST);
    const found = UNFINISHED.exec(text.slice(tail));
    const end = found === null ? text.length : tail + found.index;
    this.#held = text.slice(end);
    return this.passed(shown(text.slice(0, end)));
  }

  /** The held-back text, written out, since nothing follows that would complete it. */
  rest(): string {
    const held = this.#held;
    this.#held = '';
    return shown(held);
  }

  /** Keep track of the styles in text that the terminal gets. Returns the text. */
  passed(text: string): string {
    const escape = text.lastIndexOf('\x1b');
    if (escape >= 0) {
      const reset = Math.max(text.lastIndexOf('\x1b[0m'), text.lastIndexOf('\x1b[m'));
      this.#styled = escape > reset || (reset < 0 && this.#styled);
    }
    const line = text.lastIndexOf('\n') + 1;
    this.#turned = TURNING.test(text.slice(line)) || (line === 0 && this.#turned);
    return text;
  }

  /** The text that ends colours left on (one of them hides all text) and a line that runs from right to left. */
  endStyles(): string {
    const text = (this.#styled ? '\x1b[0m' : '') + (this.#turned ? '\n' : '');
    this.#styled = this.#turned = false;
    return text;
  }
}
