/** Patterns with `*`, `?` and `[...]` for a whole text, as SQLite's GLOB, which IPython's history uses, reads them. */

type Token = '*' | '?' | ((character: string) => boolean);

/** Whether a text matches; null for a pattern that no text matches. Takes time in proportion to both, however many stars. */
export function globbing(pattern: string): ((text: string) => boolean) | null {
  const tokens = tokensOf(Array.from(pattern));
  return tokens === null ? null : text => matches(tokens, Array.from(text));
}

function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let [at, token] = [0, 0];
  let star: { token: number; at: number } | null = null;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = { token, at };
      token += 1;
    } else if (wanted !== undefined && (wanted === '?' || wanted(text[at] ?? ''))) {
      at += 1;
      token += 1;
    } else if (star !== null) {
      star.at += 1; // the last star takes one more
      at = star.at;
      token = star.token + 1;
    } else return false;
  }
  while (tokens[token] === '*') token += 1;
  return token === tokens.length;
}

function tokensOf(pattern: readonly string[]): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else if (character === '?') tokens.push('?');
    else if (character === '[') {
      const set = setAt(pattern, at + 1);
      if (set === null) return null;
      tokens.push(set.token);
      at = set.end;
    } else tokens.push(each => each === character);
  }
  return tokens;
}

function setAt(pattern: readonly string[], start: number): { token: Token; end: number } | null {
  let at = start;
  const isInverted = pattern[at] === '^';
  if (isInverted) at += 1;
  const ranges: [string, string][] = [];
  let before: string | null = null;
  if (pattern[at] === ']') {
    ranges.push([']', ']']);
    at += 1;
  }
  for (; at < pattern.length && pattern[at] !== ']'; at += 1) {
    const character = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (character === '-' && before !== null && next !== undefined && next !== ']') {
      ranges.push([before, next]);
      before = null;
      at += 1;
    } else {
      ranges.push([character, character]);
      before = character;
    }
  }
  if (at >= pattern.length) return null;
  const code = (character: string): number => character.codePointAt(0) ?? 0;
  const token = (character: string): boolean =>
    ranges.some(([first, last]) => code(first) <= code(character) && code(character) <= code(last)) !== isInverted;
  return { token, end: at };
}
