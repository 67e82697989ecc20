/** Footnotes of Markdown: those of markdown-it-footnote, without the ones within a line, and in linear time. */

import type { MarkdownIt, StateCore, StateInline, Token } from 'markdown-it';
import footnotes from 'markdown-it-footnote';

import { markdown, there } from './rules';

const FOOTNOTE = there(markdown.patterns.footnote);

interface Note {
  label: string;
  count: number;
}

/** Make `md` read footnotes. */
export function footnotesPlugin(md: MarkdownIt): void {
  const plugin = footnotes as unknown as (md: MarkdownIt) => void; // its types are those of an earlier version
  md.use(plugin);
  md.inline.ruler.disable('footnote_inline');
  md.inline.ruler.before('footnote_ref', 'long_footnote', noLongLabel);
  md.core.ruler.at('footnote_tail', moveToEnd);
}

/** A bracket that begins no footnote. The plugin would search the rest of the paragraph for the end of each. */
function noLongLabel(state: StateInline, silent: boolean): boolean {
  FOOTNOTE.lastIndex = state.pos;
  if (!state.src.startsWith('[^', state.pos) || FOOTNOTE.test(state.src)) return false;
  if (!silent) state.pending += '[';
  state.pos += 1;
  return true;
}

/** Move what footnotes say to the end of the text. The plugin's own rule copies all tokens for each footnote. */
function moveToEnd(state: StateCore): void {
  const known = state.env['footnotes'] as { list?: Note[] } | undefined;
  if (known === undefined) return;
  const [said, kept] = [new Map<unknown, Token[]>(), [] as Token[]];
  let [label, inside, current]: [unknown, boolean, Token[]] = [null, false, []];
  for (const token of state.tokens) {
    if (token.type === 'footnote_reference_open') [label, inside, current] = [token.meta?.['label'], true, []];
    else if (token.type === 'footnote_reference_close') {
      inside = false;
      said.set(label, current);
    } else (inside ? current : kept).push(token);
  }
  state.tokens = kept;
  if (known.list === undefined || known.list.length === 0) return;
  const add = (type: string, nesting: -1 | 0 | 1, meta: Record<string, unknown> | null = null): void => {
    const token = new state.Token(type, '', nesting);
    token.meta = meta;
    kept.push(token);
  };
  add('footnote_block_open', 1);
  known.list.forEach(({ label, count }, id) => {
    add('footnote_open', 1, { id, label });
    for (const token of said.get(label) ?? []) kept.push(token);
    const paragraph = kept.at(-1)?.type === 'paragraph_close' ? kept.pop() : undefined;
    for (let subId = 0; subId < Math.max(count, 1); subId += 1) add('footnote_anchor', 0, { id, subId, label });
    if (paragraph !== undefined) kept.push(paragraph);
    add('footnote_close', -1);
  });
  add('footnote_block_close', -1);
}
