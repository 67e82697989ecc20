/** What a test case asks of those who run it, and what it expects. */

export interface Fixture {
  readonly name: string;
  readonly source: string;
  /** The directives in its head, such as `mount-fs = true`. */
  readonly directives: ReadonlyMap<string, string>;
  readonly expected: Expectation;
}

export type Expectation =
  | { readonly kind: 'success' }
  /** The repr of the result. */
  | { readonly kind: 'result'; readonly text: string }
  /** The repr of the exception. */
  | { readonly kind: 'exception'; readonly text: string }
  | { readonly kind: 'traceback'; readonly text: string };

/** Read a test case, in the form that `monty-datatest` of Monty's repository describes. */
export function parseFixture(name: string, text: string): Fixture {
  const head = /^# \/\/\/ monty\n((?:# .*\n)*?)# \/\/\/\n/.exec(text)?.[1] ?? '';
  const directives = new Map(
    head
      .trimEnd()
      .split('\n')
      .map(line => /^# ([a-z-]+) = (.*)$/.exec(line))
      .filter(match => match !== null)
      .map(([, key = '', value = '']) => [key, value.replace(/^'(.*)'$/, '$1')])
  );
  return { name, directives, ...expectation(text) };
}

function expectation(text: string): { source: string; expected: Expectation } {
  const traceback = /\n"""\nTRACEBACK:\n([^]*?)\n"""/.exec(text);
  if (traceback !== null) {
    return {
      source: text.slice(0, traceback.index).trimEnd(),
      expected: { kind: 'traceback', text: traceback[1] ?? '' }
    };
  }
  const last = /(?:^|\n)# (Return|Raise|ref-counts)=([^\n]*)\n?$/.exec(text);
  if (last === null) return { source: text, expected: { kind: 'success' } };
  const source = text.slice(0, last.index);
  const value = last[2] ?? '';
  if (last[1] === 'Return') return { source, expected: { kind: 'result', text: value } };
  // Counts of references are only known to a build with a feature for that.
  return { source, expected: last[1] === 'Raise' ? { kind: 'exception', text: value } : { kind: 'success' } };
}
