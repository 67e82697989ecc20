/** `shlex` of Python: the words of a line, and a line of words. */

/** The words of a line, with quotes and backslashes as a shell reads them. Throws an Error for an unclosed quote. */
export function shellWords(text: string): string[] {
  const found: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '' && character === quote) quote = '';
    else if (quote === "'") word = (word ?? '') + character;
    else if (character === '\\') {
      at += 1;
      if (at === text.length) throw new Error('no escaped character');
      const next = text.charAt(at);
      word = (word ?? '') + (quote === '"' && next !== '"' && next !== '\\' ? '\\' : '') + next;
    } else if (quote === '"') word = (word ?? '') + character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (' \t\r\n'.includes(character)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new Error('no closing quotation');
  if (word !== null) found.push(word);
  return found;
}

/** A line that `shellWords` makes these words of. */
export function shellLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (word !== '' && /^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
