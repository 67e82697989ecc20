/**
 * What every output passes on its way from a session's worker to the front end, in the page: nothing that is shown runs or
 * loads anything. It decides as `monty_kernel/sanitize/sanitizer.py` does.
 */

import type { Failure, MimeBundle, Output, Result } from '../worker/messages';
import { needsMarkup, sanitizedBundle } from './bundles';
import type { MarkupSanitizer, SanitizedBundle } from './bundles';
import { checkedBundle, checkedOutput, checkedResult } from './checked';
import type { Display } from './checked';
import { NoDownload, download } from './downloads';
import { outputs, sizes } from './rules';
import { run } from './steps';
import { PrintedText, shown } from './terminal';
import { grouped } from './text';

/** Takes what may be shown. */
export type Show = (output: Output) => void;

/** Characters of one MIME type that may be shown. */
export const MOST_SHOWN = sizes.mostCharacters;

/** Displays, errors and removals of outputs, and characters, of one cell. A worker that floods the page says more. */
const MOST_OUTPUTS = 100_000;
const MOST_OF_CELL = 1 << 28;

export interface SanitizerOptions {
  /** Show everything unchanged: whoever made the site chose so. */
  trust?: boolean;
  /** How a person makes that choice, for the notes; null where nobody can. */
  howToTrust?: string | null;
}

/** Makes outputs safe to show. What takes long is done in pieces; the order of the outputs stays. */
export class Sanitizer {
  readonly #trust: boolean;
  readonly #howToTrust: string | null;
  readonly #notes = new Set<string>();
  #printed = new PrintedText();
  #name: 'stdout' | 'stderr' | null = null; // of the last print, which any text held back belongs to
  #bundles = 0;
  #shown = 0;
  #characters = 0;
  #pending: Promise<unknown> | null = null;

  constructor({ trust = false, howToTrust = null }: SanitizerOptions = {}) {
    this.#trust = trust;
    this.#howToTrust = howToTrust;
  }

  /** Forget the notes of the cell before. */
  startCell(): void {
    this.#notes.clear();
    this.#shown = this.#characters = 0;
  }

  /** Why the cell must stop, which shows more than a page takes; null as long as it may go on. */
  get over(): Failure | null {
    const outputs = this.#shown > MOST_OUTPUTS;
    if (!outputs && this.#characters <= MOST_OF_CELL) return null;
    const most = outputs ? `${grouped(MOST_OUTPUTS)} outputs` : `${MOST_OF_CELL >> 20} MiB`;
    const evalue = `the cell would show more than ${most}, which is all that a page takes`;
    return { kind: 'limit', ename: 'OutputLimitExceeded', evalue, frames: [], note: null };
  }

  /** Show what may be shown of an output as the worker said it, followed by a note on what was left out. */
  emit(output: unknown, show: Show): void {
    void this.#inTurn(() => this.#guarded(() => this.#emit(output, show), show));
  }

  /** A result as it may be shown, or why it may not be. A note on what was left out is shown. */
  async result(result: unknown, show: Show): Promise<Result | Failure> {
    const unshown = (error: unknown): Result => ({ data: { 'text/plain': whyUnshown(error) }, metadata: {} });
    return this.#inTurn(() => this.#result(result, show).catch(unshown));
  }

  async #result(result: unknown, show: Show): Promise<Result | Failure> {
    if (this.#trust) return result as Result;
    this.#finish(show);
    const checked = checkedResult(result);
    if (checked === null) return { data: {}, metadata: {} };
    this.#admit(checked.data);
    if (this.over !== null) return this.over;
    const { data, metadata, note } = await this.#sanitized(checked.data, checked.metadata);
    this.#say(note, show);
    this.#passed(data);
    return { data, metadata };
  }

  /** The text of a question to the person as it may be shown. */
  prompt(text: string): string {
    return this.#trust ? text : this.#printed.passed(shown(text));
  }

  /** What is shown beside the notebook, such as help. */
  async page(data: MimeBundle): Promise<MimeBundle> {
    if (this.#trust) return data;
    return (await this.#sanitized(checkedBundle(data), {})).data;
  }

  /** Show held-back text, when all before is shown: at the end of a cell, and before the person is asked something. */
  async finish(show: Show): Promise<void> {
    await this.#inTurn(() =>
      this.#guarded(() => {
        this.#finish(show);
      }, show)
    );
  }

  /** As `finish`, and end styles that would hide or reverse what follows: before the kernel itself asks something. */
  async endStyles(show: Show): Promise<void> {
    await this.#inTurn(() =>
      this.#guarded(() => {
        this.#finish(show);
        const text = this.#printed.endStyles();
        if (text !== '') show({ type: 'stream', name: 'stdout', text });
      }, show)
    );
  }

  /** Do something when what was asked before is done; at once if it is. */
  #inTurn<Given>(work: () => Given | Promise<Given>): Given | Promise<Given> {
    const given = this.#pending === null ? work() : this.#pending.then(work);
    if (!(given instanceof Promise)) return given;
    const pending = given
      .catch(() => undefined) // whoever asked gets the error
      .then(() => {
        if (this.#pending === pending) this.#pending = null;
      });
    this.#pending = pending;
    return given;
  }

  /** Show an output; if that fails, one line says so in its place, and the cell goes on. */
  #guarded(work: () => void | Promise<void>, show: Show): void | Promise<void> {
    const tell = (error: unknown): void => {
      show({ type: 'stream', name: 'stderr', text: `${whyUnshown(error)}\n` });
    };
    try {
      return work()?.catch(tell);
    } catch (error) {
      tell(error);
    }
  }

  #emit(said: unknown, show: Show): void | Promise<void> {
    if (this.#trust) {
      show(said as Output);
      return;
    }
    const output = checkedOutput(said);
    if (output === null) {
      this.#say('[monty-kernel left out what the worker of the session said, which is no output.]', show);
      return;
    }
    if (output.type === 'stream') {
      this.#characters += output.text.length;
      if (this.over === null) this.#print(output.name, output.text, show);
      return;
    }
    this.#finish(show);
    this.#admit(output.type === 'display' ? output.data : {});
    if (this.over !== null) return;
    switch (output.type) {
      case 'display':
        return this.#display(output, show);
      case 'error':
        show({
          type: 'error',
          ename: shown(output.ename),
          evalue: shown(output.evalue),
          traceback: output.traceback.map(shown)
        });
        return;
      case 'clear':
        show(output);
    }
  }

  #admit(data: MimeBundle): void {
    this.#shown += 1;
    for (const value of Object.values(data)) this.#characters += typeof value === 'string' ? value.length : 0;
  }

  #finish(show: Show): void {
    const name = this.#name;
    this.#name = null;
    const text = name === null ? '' : this.#printed.rest();
    if (name !== null && text !== '') show({ type: 'stream', name, text });
  }

  #print(name: 'stdout' | 'stderr', text: string, show: Show): void {
    if (this.#name !== null && this.#name !== name) this.#finish(show);
    this.#name = name;
    const clean = this.#printed.feed(text);
    if (clean !== '') show({ type: 'stream', name, text: clean });
  }

  #display(output: Display, show: Show): void | Promise<void> {
    const { displayId, update } = output;
    if (output.file !== undefined) {
      const data = saving(output.file, output.data['text/plain']);
      show({ type: 'display', data, metadata: {}, displayId, update });
      return;
    }
    const say = ({ data, metadata, note }: SanitizedBundle): void => {
      this.#passed(data);
      show({ type: 'display', data, metadata, displayId, update });
      this.#say(note, show);
    };
    const sanitized = this.#sanitized(output.data, output.metadata);
    if (sanitized instanceof Promise) return sanitized.then(say);
    say(sanitized);
  }

  #sanitized(data: MimeBundle, metadata: Record<string, unknown>): SanitizedBundle | Promise<SanitizedBundle> {
    this.#bundles += 1;
    const place = String(this.#bundles);
    const work = (sanitizer: MarkupSanitizer | string): SanitizedBundle | Promise<SanitizedBundle> =>
      run(sanitizedBundle(data, metadata, sanitizer, place, this.#howToTrust));
    try {
      if (!needsMarkup(data)) return work('');
      const made = loaded === null ? load().then(work) : work(loaded);
      return made instanceof Promise ? made.catch(unshown) : made;
    } catch (error) {
      return unshown(error);
    }
  }

  #passed(data: MimeBundle): void {
    const plain = data['text/plain'];
    this.#printed.passed(typeof plain === 'string' ? plain : '');
  }

  #say(note: string | null, show: Show): void {
    if (note === null || this.#notes.has(note) || this.#notes.size >= outputs.mostNotes) return;
    this.#notes.add(note);
    show({ type: 'stream', name: 'stderr', text: `${note}\n` });
  }
}

/** Why an output could not be shown, in one line. What failed may be what makes texts harmless: only plain letters stay. */
function whyUnshown(error: unknown): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `This output could not be shown: ${said.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')}.`;
}

function unshown(error: unknown): SanitizedBundle {
  return { data: { 'text/plain': whyUnshown(error) }, metadata: {}, note: null };
}

/** The bundle that shows a link which saves a file; `path` is its name as the cell wrote it. */
function saving(file: { name: string; content: Uint8Array }, path: unknown): MimeBundle {
  try {
    return download(file.name, file.content);
  } catch (error) {
    if (!(error instanceof NoDownload)) throw error;
    return {
      'text/plain': shown(`${typeof path === 'string' ? path : file.name}: this is no link, since ${error.message}.`)
    };
  }
}

let loaded: MarkupSanitizer | null = null;

/** What sanitizes markup, or why it is not to be had. */
async function load(): Promise<MarkupSanitizer | string> {
  try {
    loaded = (await import('./markup_sanitizer')).sanitizedMarkup;
    return loaded;
  } catch (error) {
    return `what sanitizes it could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
