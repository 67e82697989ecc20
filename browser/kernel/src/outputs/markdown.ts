/**
 * Renders Markdown here, with one parser, and never in a front end: each front end has its own dialect with its own
 * holes. As `monty_kernel/sanitize/markdown.py`, whose parser is a port of this one; code has no colours here.
 */

import MarkdownIt from 'markdown-it';
import type { Env, MarkdownIt as Parser, RendererRule, StateBlock, StateCore, Token } from 'markdown-it';

import { textDigest } from './digests';
import { footnotesPlugin } from './footnotes';
import { formulaBudget, formulasPlugin } from './formulas';
import { sanitizedHtml } from './html';
import { checkTokens, finish } from './markdown_links';
import { markdown, whole } from './rules';
import { Removed, TooLarge, checkSize } from './sanitized';
import type { Sanitized } from './sanitized';
import type { Steps } from './steps';
import { escapedAttribute, trimmed } from './text';

/** Milliseconds for a part that cannot be paused: all blocks, or one paragraph. The page stands still meanwhile. */
const LONGEST = 400;
/** Looks at what comes next between two looks at the clock. */
const OFTEN = 256;
const ALIGNED = whole(markdown.patterns.aligned);
const BLANKS = new Set(markdown.blanks);
const END = Symbol('when the part that is read must be done');

/** A parser whose blocks nest deeper than the brackets in a line. */
let made: { blocks: Parser; lines: Parser } | null = null;

/**
 * Render Markdown as HTML that may be shown.
 *
 * @param place - Of the text in its document, so that ids differ between equal texts.
 * @throws TooLarge - There is more than may be rendered, or than is rendered in time.
 */
export function* sanitizedMarkdown(text: string, place = '0'): Steps<Sanitized> {
  checkSize(text);
  made ??= { blocks: withRules(markdown.deepest + 10), lines: withRules(markdown.mostBrackets) };
  const removed = new Removed();
  const env: Env = { docId: `${textDigest(text)}-${place}`, ...formulaBudget(text) };
  const { blocks, lines } = made;
  const state = new blocks.core.State(text, blocks, env);
  for (const rule of blocks.core.ruler.getRules('')) {
    limit(env);
    if (rule === readLines) yield* inlineRead(state, lines);
    else rule(state);
    yield;
  }
  yield* finish(state, removed);
  const html = yield* rendered(blocks, state.tokens, env);
  const sanitized = yield* sanitizedHtml(html, true);
  sanitized.removed.addAll(removed);
  return sanitized;
}

function* inlineRead(state: StateCore, lines: Parser): Steps<undefined> {
  for (const token of state.tokens) {
    if (token.type !== 'inline') continue;
    limit(state.env);
    token.content = trimmed(token.content, BLANKS); // this parser leaves some
    token.children = [];
    lines.inline.parse(token.content, lines, state.env, token.children);
    yield;
  }
  return undefined;
}

function* rendered(md: Parser, tokens: Token[], env: Env): Steps<string> {
  const { renderer, options } = md;
  const pieces: string[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'inline') pieces.push(renderer.renderInline(token.children ?? [], options, env));
    else
      pieces.push(
        renderer.rules[token.type]?.(tokens, index, options, env, renderer) ??
          renderer.renderToken(tokens, index, options)
      );
    yield;
  }
  return pieces.join('');
}

function withRules(maxNesting: number): Parser {
  const md = new MarkdownIt('commonmark', { html: true, maxNesting }).enable(['table', 'strikethrough']);
  // the HTML sanitizer decides what may be linked and loaded, and counts what may not
  md.validateLink = () => true;
  const normalized = md.normalizeLink.bind(md);
  md.normalizeLink = url => (url.startsWith('data:') ? url : normalized(url));
  md.core.ruler.at('inline', readLines);
  md.use(formulasPlugin).use(footnotesPlugin);
  md.block.ruler.before('table', 'deep', deep);
  // called for each line, also within blocks
  md.block.ruler.before('deep', 'bounds', bounds, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.inline.ruler.before('text', 'in_time', state => {
    inTime(state.env);
    return false;
  });
  md.renderer.rules['fence'] = renderFence;
  md.renderer.rules['th_open'] = md.renderer.rules['td_open'] = renderCell;
  return md;
}

/** Stands in the list of rules for `inlineRead`, which can pause. */
function readLines(): void {
  throw new Error('the lines of Markdown are read in steps');
}

// Time

function limit(env: Env): void {
  env[END] = { at: performance.now() + LONGEST, looks: 0 };
}

/** @throws TooLarge - It takes too long. */
function inTime(env: Env): void {
  const end = env[END] as { at: number; looks: number };
  end.looks += 1;
  if (end.looks % OFTEN === 0 && performance.now() > end.at) throw new TooLarge('more than can be sanitized in time');
}

// Rules

function bounds(state: StateBlock): boolean {
  inTime(state.env);
  checkTokens(state.tokens);
  return false;
}

/** Blocks that are nested too deeply are shown as source. */
function deep(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (silent || state.level < markdown.deepest) return false;
  const token = state.push('code_block', 'code', 0);
  token.content = state.getLines(start, end, state.blkIndent, false);
  token.map = [start, end];
  state.line = end;
  return true;
}

const renderFence: RendererRule = (tokens, index) =>
  `<pre><code>${escapedAttribute(tokens[index]?.content ?? '')}</code></pre>\n`;

/** Align a cell as it says; else as Markdown does, since JupyterLab and nbconvert align cells of HTML to the right. */
const renderCell: RendererRule = (tokens, index) => {
  const { tag, style } = { tag: tokens[index]?.tag ?? 'td', style: String(tokens[index]?.attrGet('style') ?? '') };
  const aligned = ALIGNED.test(style) ? style : `text-align:${tag === 'th' ? 'center' : 'left'}`;
  return `<${tag} style="${aligned}">`;
};
