/** What front ends show beyond CommonMark: tasks, bare addresses, headings that links lead to, no remote picture. */

import type { StateCore, Token } from 'markdown-it';

import { mayBeLinked } from './links';
import { everywhere, html, markdown, there } from './rules';
import { TooLarge } from './sanitized';
import type { Removed } from './sanitized';
import type { Steps } from './steps';
import { count, firstCharacters, grouped, stripped } from './text';

const TASK = there(markdown.patterns.task);
const BARE = everywhere(markdown.patterns.bare);
const SIGNS = new Map(Object.entries(markdown.signs));
/** Characters of the name of a heading. */
const LONGEST = 200;

/** Tokens that surely are more tags than may be shown: an item of a list is two tags, and five tokens. */
const MOST_TOKENS = 2.5 * html.mostTags;

/** @throws TooLarge - What is made of these tokens is more than may be shown. */
export function checkTokens(tokens: readonly Token[]): void {
  if (tokens.length > MOST_TOKENS) throw new TooLarge(`more than ${grouped(html.mostTags)} tags`);
}

/** Change the tokens of a text. `removed` counts remote pictures. @throws TooLarge */
export function* finish(state: StateCore, removed: Removed): Steps<undefined> {
  const { tokens } = state;
  const ids = headings(tokens, String(state.env['docId']));
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'inline' || !token.children?.length) continue;
    const inItem = tokens[index - 2]?.type === 'list_item_open' && tokens[index - 1]?.type === 'paragraph_open';
    if (inItem) task(token.children);
    token.children = linked(state, token.children, ids, removed);
    yield;
  }
  return undefined;
}

/** Give each heading an id. Returns each fragment that leads to a heading, as JupyterLab forms it -> the id. */
function headings(tokens: readonly Token[], prefix: string): Map<string, string> {
  const ids = new Map<string, string>();
  tokens.forEach((token, index) => {
    if (token.type !== 'heading_open') return;
    const children = tokens[index + 1]?.children ?? [];
    const text = children.map(child => (child.type === 'html_inline' ? '' : child.content)).join('');
    const name = stripped(text)
      .replaceAll(' ', '-')
      .replace(/[^\p{L}\p{N}_.-]/gu, '');
    const cut = firstCharacters(name, LONGEST);
    if (cut === '' || ids.has(cut)) return;
    ids.set(cut, `${prefix}-${cut}`);
    token.attrSet('id', `${prefix}-${cut}`);
  });
  return ids;
}

function task(children: readonly Token[]): void {
  const first = children[0];
  if (first?.type !== 'text') return;
  TASK.lastIndex = 0;
  const found = TASK.exec(first.content);
  if (found !== null)
    first.content = (SIGNS.get((found[1] ?? '').toLowerCase()) ?? '') + first.content.slice(found[0].length);
}

/** Turn bare addresses and remote pictures into links, and lead links within the document to its headings. */
function linked(state: StateCore, children: Token[], ids: ReadonlyMap<string, string>, removed: Removed): Token[] {
  const links = new Links(state);
  let inside = 0;
  for (const token of children) {
    const address = String(token.attrGet(token.type === 'image' ? 'src' : 'href') ?? '');
    if (token.type === 'link_open') {
      inside += 1;
      const leads = address.startsWith('#') ? ids.get(unquoted(address.slice(1))) : undefined;
      if (leads !== undefined) token.attrSet('href', `#${leads}`);
    } else if (token.type === 'link_close') inside -= 1;
    else if (token.type === 'image' && !address.startsWith('data:')) {
      removed.add('linked image');
      const text = token.content || address;
      if (inside === 0 && mayBeLinked(address)) links.link(address, text);
      else links.text(text);
      continue;
    } else if (token.type === 'text' && inside === 0 && /:\/\/|www\.|@/.test(token.content)) {
      links.bare(token.content);
      continue;
    }
    links.made.push(token);
  }
  return links.made;
}

class Links {
  readonly made: Token[] = [];

  constructor(private readonly state: StateCore) {}

  text(text: string): void {
    const token = new this.state.Token('text', '', 0);
    token.content = text;
    this.made.push(token);
  }

  link(address: string, text: string): void {
    const open = new this.state.Token('link_open', 'a', 1);
    open.attrSet('href', address);
    this.made.push(open);
    this.text(text);
    this.made.push(new this.state.Token('link_close', 'a', -1));
  }

  /** A text with the addresses in it as links. */
  bare(text: string): void {
    let done = 0;
    for (const found of text.matchAll(BARE)) {
      const address = withoutTrailing(found[0]);
      if (found.index > done) this.text(text.slice(done, found.index));
      this.link(schemeOf(address) + address, address);
      checkTokens(this.made);
      done = found.index + address.length;
    }
    if (done < text.length) this.text(text.slice(done));
  }
}

function schemeOf(address: string): string {
  if (address.startsWith('http')) return '';
  return address.startsWith('www.') ? 'http://' : 'mailto:';
}

/** The address without the punctuation of its sentence. */
function withoutTrailing(address: string): string {
  let closing = count(address, ')');
  const opening = count(address, '(');
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    if (last === ')' && closing > opening) closing -= 1;
    else if (!markdown.trailing.includes(last)) break;
  }
  return address.slice(0, end);
}

/** The text without percent escapes. */
function unquoted(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, escapes => {
    const bytes = escapes
      .split('%')
      .slice(1)
      .map(byte => Number.parseInt(byte, 16));
    return new TextDecoder().decode(new Uint8Array(bytes));
  });
}
