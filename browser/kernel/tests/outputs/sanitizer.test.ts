/** What a sanitizer makes of what a worker says, as far as no page is needed for it. */

import { describe, expect, it } from 'vitest';

import type { Screen } from '../../src/jupyterlite/parts';
import { Sanitizer } from '../../src/outputs/sanitizer';
import type { Output } from '../../src/worker/messages';

function shown(...outputs: unknown[]): Output[] {
  const out: Output[] = [];
  const sanitizer = new Sanitizer();
  for (const output of outputs) sanitizer.emit(output, each => out.push(each));
  return out;
}

function display(data: unknown, more: object = {}): unknown {
  return { type: 'display', data, metadata: {}, displayId: null, update: false, ...more };
}

function text(output: Output | undefined): unknown {
  return output?.type === 'display' ? output.data['text/plain'] : output?.type === 'stream' ? output.text : undefined;
}

describe('prints', () => {
  it('keep colours, and show what else controls a terminal', () => {
    expect(shown({ type: 'stream', name: 'stdout', text: '\x1b[31mred\x1b[0m \x1b]52;c;AA\x07\x9b' })).toEqual([
      { type: 'stream', name: 'stdout', text: '\x1b[31mred\x1b[0m \\x1b]52;c;AA\\x07\\x9b' }
    ]);
  });

  it('hold back what may become a colour, until something else comes', async () => {
    const out: Output[] = [];
    const show = (output: Output): void => void out.push(output);
    const sanitizer: Screen = new Sanitizer(); // and it is the part that a kernel is made of
    sanitizer.emit({ type: 'stream', name: 'stdout', text: 'a\x1b[3' }, show);
    sanitizer.emit({ type: 'stream', name: 'stdout', text: '1mb\x1b[' }, show);
    sanitizer.emit({ type: 'stream', name: 'stderr', text: 'c\x1b' }, show);
    await sanitizer.finish(show);
    expect(out.map(text)).toEqual(['a', '\x1b[31mb', '\\x1b[', 'c', '\\x1b']);
  });

  it('leave no colour behind when the kernel asks something', async () => {
    const out: Output[] = [];
    const sanitizer = new Sanitizer();
    sanitizer.emit({ type: 'stream', name: 'stdout', text: '\x1b[8mhidden\u202e' }, each => out.push(each));
    await sanitizer.endStyles(each => out.push(each));
    expect(text(out[1])).toBe('\x1b[0m\n');
    expect(sanitizer.prompt('\x1b]0;t\x07name? ')).toBe('\\x1b]0;t\\x07name? ');
  });
});

describe('displays and results', () => {
  it('show the listed types, and name the others once', () => {
    const vega = { 'application/vnd.vega.v5+json': { url: 'http://x' }, 'text/plain': 'chart' };
    const out = shown(display(vega), display(vega));
    expect(out.map(text)).toEqual([
      'chart',
      '[monty-kernel left out of this output: application/vnd.vega.v5+json.]\n',
      'chart'
    ]);
  });

  it('copy JSON, and leave out what is none or too much', () => {
    const deep: unknown = Array.from({ length: 201 }).reduce<unknown>(inner => [inner], 1);
    const json = JSON.parse('{"__proto__": {"x": 1}, "a": [1, null, "b"]}') as unknown;
    const [copied, broken, nested] = [json, new Map([[1, 2]]), deep].map(
      data => shown(display({ 'application/json': data }))[0]
    );
    expect(copied?.type === 'display' && JSON.stringify(copied.data['application/json'])).toBe(JSON.stringify(json));
    expect(text(broken)).toContain('left out of this output: application/json.');
    expect(text(nested)).toContain('application/json of more than 200 levels');
    expect({}).not.toHaveProperty('x');
  });

  it('show pictures that are base64, and keep only metadata that says how', () => {
    const metadata = { 'image/png': { width: 3, style: 'position:fixed', alt: 'x' }, isolated: 'yes', tags: ['x'] };
    const [good] = shown(display({ 'image/png': 'AAAA\n' }, { metadata }));
    expect(good).toMatchObject({ data: { 'image/png': 'AAAA\n' }, metadata: { 'image/png': { width: 3, alt: 'x' } } });
    expect(good?.type === 'display' && Object.keys(good.metadata)).toEqual(['image/png']);
    expect(text(shown(display({ 'image/png': 'AA" onload="x' }))[0])).toContain('image/png');
  });

  it('say how to trust where a person can', () => {
    const out: Output[] = [];
    new Sanitizer({ howToTrust: 'restart it' }).emit(display({ 'x/y': 1 }), each => out.push(each));
    expect(text(out[0])).toContain('If you trust this notebook, restart it.]');
    new Sanitizer({ trust: true }).emit(display({ 'x/y': 1 }), each => out.push(each));
    expect(out[1]).toMatchObject({ data: { 'x/y': 1 } });
  });

  it('disable macros of formulas that link', async () => {
    const result = await new Sanitizer().result(
      { data: { 'text/latex': '$\\href{x}{y}$' }, metadata: {} },
      () => undefined
    );
    expect(result).toMatchObject({ data: { 'text/latex': '$\\\u2060href{x}{y}$' } });
  });
});

describe('what a worker forged', () => {
  const said = [
    null,
    undefined,
    7,
    'text',
    [],
    new Map(),
    { type: 'stream', name: 'stdin', text: 'x' },
    { type: 'stream', name: 'stdout', text: ['x'] },
    { type: 'display', data: 'x', metadata: {} },
    { type: 'display', data: new Date(), metadata: {} },
    display({}, { displayId: {} }),
    display({}, { displayId: 'x'.repeat(1001) }),
    display({}, { file: { name: 1, content: new Uint8Array() } }),
    { type: 'error', ename: 'E', evalue: 1, traceback: [] },
    { type: 'error', ename: 'E', evalue: 'x', traceback: 'x' },
    { type: 'update' },
    { type: '__proto__' }
  ];

  it.each(said.map(each => [each]))('is left out: %o', each => {
    expect(shown(each).map(text)).toEqual([
      '[monty-kernel left out what the worker of the session said, which is no output.]\n'
    ]);
  });

  it('is cut, if it is too much', () => {
    const [error] = shown({
      type: 'error',
      ename: 'E\x1b]0;\x07',
      evalue: 'x'.repeat(2 ** 21),
      traceback: Array(9000).fill('\x07y')
    });
    if (error?.type !== 'error') throw new Error('no error');
    expect([error.ename, error.evalue.length, error.traceback.length]).toEqual(['E\\x1b]0;\\x07', 2 ** 20, 2000]);
    expect(error.traceback[0]).toBe('\\x07y');
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x/${index}`, '']));
    expect(text(shown(display(many))[0])).toBe('[monty-kernel left out of this output: x/0, x/1, x/2, x/3, x/4.]');
    expect(text(shown(display({ 'text/plain': 'x'.repeat(5_000_001) }))[0])).toContain('text/plain of more than 5 MB');
  });

  it('ends where a page would not bear it', async () => {
    const sanitizer = new Sanitizer();
    let count = 0;
    const show = (): void => void (count += 1);
    for (let index = 0; index < 100_010; index += 1) sanitizer.emit(display({ 'text/plain': 'x' }), show);
    expect(count).toBe(100_000);
    expect(sanitizer.over?.ename).toBe('OutputLimitExceeded');
    expect(await sanitizer.result({ data: {}, metadata: {} }, show)).toMatchObject({ kind: 'limit' });
    sanitizer.startCell();
    expect(sanitizer.over).toBeNull();
  });
});

describe('a link that saves a file', () => {
  function link(name: string, content: Uint8Array): unknown {
    const [output] = shown(display({ 'text/plain': `my/${name}` }, { file: { name, content } }));
    return output?.type === 'display' ? (output.data['text/html'] ?? output.data['text/plain']) : null;
  }

  it('is made of a file of a listed type', () => {
    expect(link('out.csv', new TextEncoder().encode('ü,b\n'))).toBe(
      '<a download="out.csv" href="data:text/csv;charset=utf-8;base64,w7wsYgo=" target="_blank" rel="noopener noreferrer">out.csv</a> (5 bytes)'
    );
    expect(link('..\u202e<b>.PNG', new Uint8Array(1))).toContain(
      'download="__b_.png" href="data:image/png;base64,AA=="'
    );
  });

  it('is not made of another', () => {
    expect(link('page.html', new Uint8Array())).toMatch(
      /^my\/page.html: this is no link, since only files that end in .csv, /
    );
    expect(link('plain', new Uint8Array())).toContain('only files that end in');
    expect(link('b.csv', new Uint8Array(4_000_001))).toContain(
      'it has 4,000,001 bytes, and at most 4,000,000 can be saved'
    );
  });
});
