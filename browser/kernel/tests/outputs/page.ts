/** What the browser tests of `browser/tests/outputs` call in a page. */

import { sanitizedBundle } from '../../src/outputs/bundles';
import { checkedBundle } from '../../src/outputs/checked';
import { sanitizedMarkup } from '../../src/outputs/markup_sanitizer';
import { Sanitizer } from '../../src/outputs/sanitizer';
import { atOnce, run } from '../../src/outputs/steps';
import { PrintedText, shown } from '../../src/outputs/terminal';
import type { MimeBundle, Output } from '../../src/worker/messages';

/** Milliseconds: a shorter wait is none. */
const NOTICED = 100;
const TRUST = 'restart the kernel with --MontyKernel.trust_outputs=True';

/** A bundle as the native `sanitized_bundle` gives it. */
function bundle(data: MimeBundle, metadata: Record<string, unknown>, place = '0'): unknown {
  const made = atOnce(sanitizedBundle(checkedBundle(data), metadata, sanitizedMarkup, place, TRUST));
  return { data: made.data, metadata: made.metadata, note: made.note };
}

/** What of a text in one of the types of markup may be shown, and what was left out; `large` says why nothing is. */
function sanitized(mime: string, text: string): unknown {
  try {
    const { text: clean, removed } = atOnce(sanitizedMarkup(mime, text, '0'));
    return { text: clean, removed: Object.fromEntries(removed.entries()) };
  } catch (error) {
    return { large: String(error) };
  }
}

/** A text is sanitized in pieces: the times, in milliseconds since 1970, between which the page did not get its turn. */
async function timed(data: MimeBundle): Promise<unknown> {
  const still: [number, number][] = [];
  let last = performance.now();
  const beat = (): void => {
    const now = performance.now();
    if (now - last > NOTICED) still.push([performance.timeOrigin + last, performance.timeOrigin + now]);
    last = now;
  };
  const { port1, port2 } = new MessageChannel();
  let over = false;
  port1.onmessage = () => {
    beat();
    if (!over) port2.postMessage(null);
  };
  port2.postMessage(null);
  const made = await run(sanitizedBundle(checkedBundle(data), {}, sanitizedMarkup, '0', TRUST));
  beat();
  over = true;
  return {
    still,
    note: made.note,
    sizes: Object.values(made.data)
      .map(String)
      .map(text => text.length)
  };
}

/** What a sanitizer shows of outputs, of a result at last, and what it says of a prompt. */
async function session(outputs: unknown[], result: unknown, prompt: string): Promise<unknown> {
  const out: Output[] = [];
  const sanitizer = new Sanitizer();
  const show = (output: Output): void => void out.push(output);
  sanitizer.startCell();
  for (const output of outputs) sanitizer.emit(output, show);
  const given = result === null ? null : await sanitizer.result(result, show);
  await sanitizer.finish(show);
  const asked = sanitizer.prompt(prompt);
  await sanitizer.endStyles(show);
  return { out, result: given, prompt: asked, over: sanitizer.over };
}

/** Prints that pass the terminal's sanitizer, piece by piece. */
function printed(pieces: string[]): string {
  const printed = new PrintedText();
  return pieces.map(piece => printed.feed(piece)).join('') + printed.rest() + printed.endStyles();
}

Object.assign(window, { outputs: { bundle, sanitized, timed, session, printed, shown, Sanitizer } });
