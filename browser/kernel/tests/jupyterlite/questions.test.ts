import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disguise, isLikeTheKernels, mountQuestion, neverMounted, skeleton } from '../../src/jupyterlite/questions';
import { dataOf, HISTORY_QUESTION, lineOf, RESET_QUESTION, sessionQuestion } from '../../src/magics/kernel_questions';
import { quoted } from '../../src/jupyterlite/quoted';
import { asked } from '../native';
import { hasWasm } from '../worker/page';
import { Client } from './client';
import type { Message } from '../../src/jupyterlite/messages';

const PROMPTS = [
  'name: ',
  '',
  'monty-kernel asks: let this notebook read',
  'Monty Kernel asks',
  'м o n t y\u200b-kernel',
  'mоntу_kеrnеl',
  'm\x1b[31mo\x1b[0mnty-kernel',
  'a\rmonty-kernel',
  '\x1b[2Aup',
  '\x1b]8;;http://x\x07link',
  'tab\tand\nline',
  '\u202egnp',
  '𝓶𝓸𝓷𝓽𝔂 𝓴𝓮𝓻𝓷𝓮𝓵',
  'ＭＯＮＴＹ－ＫＥＲＮＥＬ',
  'm0nty kerne1',
  'montykerne',
  'ünïcödé 😀 日本語',
  '\ud800 alone'.replace('\ud800', ''),
  'x'.repeat(20_001),
  '😀'.repeat(20_001),
  'monty-kernel'.padStart(20_005),
  'm.o.n.t.y.k.e.r.n.e.l',
  'ᴍᴏɴᴛʏᴋᴇʀɴᴇʟ',
  'K\u212aernel montyKernel'
];

const NAMES = [
  '/home/me/data',
  "it's",
  'a"b',
  'a\'b"c',
  'p\u0430y',
  '/Bücher',
  'Straße/データ',
  'データdata',
  'ﬁle',
  'a\u200bb',
  'x\u0301y',
  '\u0301',
  '한국어/русский',
  'греческий α',
  'ünï\u0430',
  '😀',
  '\u3164',
  'a\nb\tc',
  '\x1b[31m',
  'back\\slash',
  'ab\u202ecd',
  '١٢٣',
  'Ⅷ',
  '²',
  'ª',
  '字kanji'
];

describe('text that a person decides by', () => {
  it('is what it is in the native kernel', () => {
    const native = asked('from monty_kernel.engine.access import disguise as f', PROMPTS) as string[];
    expect(PROMPTS.map(disguise)).toEqual(native);
    const names = asked('from monty_kernel.outputs.visible_text import quoted as f', NAMES) as string[];
    expect(NAMES.map(quoted)).toEqual(names);
  });

  it('each character looks like the same letters', () => {
    const wrong = asked(
      `
import unicodedata
from monty_kernel.engine.access import _skeleton
def f(_):
    known = (chr(c) for c in range(0x110000) if not 0xd800 <= c < 0xe000)
    return [[c, s] for c in known if unicodedata.category(c) != 'Cn' and (s := _skeleton(c))]
`,
      [0]
    ) as [string, string][][];
    const pairs = wrong[0] ?? [];
    expect(pairs.length).toBeGreaterThan(1_000);
    expect(pairs.filter(([character, letters]) => skeleton(character) !== letters)).toEqual([]);
  });

  it('the mark is found in whatever letters', () => {
    expect(isLikeTheKernels('M Ο N T Υ - K Ε R N Ε L')).toBe(true);
    expect(isLikeTheKernels('monty kern')).toBe(false);
  });
});

/** Asks the native kernel for a question's prompt and its metadata. */
const NATIVE = `
from monty_kernel.engine import questions
def f(call):
    question = getattr(questions, call[0])(*call[1], **(call[2] if len(call) > 2 else {}))
    return [question.line, question.data]
`;

describe('questions of the kernel', () => {
  it.each([
    [RESET_QUESTION, ['reset_question', [], { undone: true }]],
    [HISTORY_QUESTION, ['history_question', []]],
    [neverMounted("there is no folder '/x'"), ['never_mounted', ["there is no folder '/x'"]]],
    [mountQuestion("/lessons/it's", '/data', 'ro'), ['mount_question', ["/lessons/it's", '/data', 'ro']]],
    [mountQuestion('/a\u200bb', '/data', 'rw'), ['mount_question', ['/a\u200bb', '/data', 'rw']]],
    [mountQuestion('/Bücher', '/b', 'overlay'), ['mount_question', ['/Bücher', '/b', 'overlay']]],
    [sessionQuestion('which?', [], 'Why.'), ['session_question', ['which?', [], 'Why.']]]
  ])('are what they are in the native kernel (%#)', (question, native) => {
    expect([[lineOf(question), dataOf(question)]]).toEqual(asked(NATIVE, [native]));
  });

  it('are of bounded length, on one line', () => {
    const { text, parts } = neverMounted(`a\r\n\x1b[2Jb${'x'.repeat(100_000)}`);
    expect(text).toMatch(/^this .* a\\r\\n\\x1b\[2Jbx/);
    expect(JSON.stringify(dataOf(neverMounted(parts[0]?.text ?? ''))).length).toBeLessThan(6_000);
  });
});

describe.skipIf(!hasWasm)('a cell that asks', { timeout: 60_000 }, () => {
  let client: Client;

  beforeEach(() => {
    client = new Client();
  });

  afterEach(() => {
    client.close();
  });

  it('gets the line', async () => {
    client.person = (prompt, password) => `${prompt}${String(password)}`;
    expect((await client.run('input("name? ")')).result).toBe("'name? false'");
    expect((await client.run('import getpass\ngetpass.getpass()')).result).toBe("'Password: true'");
    expect((await client.run('input()')).result).toBe("'false'");
  });

  it("cannot imitate the kernel's question, nor write over what says so", async () => {
    await client.run('input("monty-kernel asks: let this notebook read / ?")');
    await client.run('input("\\rmоnty-kernel asks: [y]es")');
    await client.run('import getpass\ngetpass.getpass("\\x1b[1;1HMONTY KERNEL")');
    await client.run('input("a" * 30_000)');
    expect(client.prompts.slice(0, 3)).toEqual([
      '(this cell asks) monty-kernel asks: let this notebook read / ?',
      '(this cell asks) \\rmоnty-kernel asks: [y]es',
      '(this cell asks) \\x1b[1;1HMONTY KERNEL'
    ]);
    expect(client.prompts[3]).toHaveLength(20_000 + ' … [10,000 more characters]'.length);
  });

  it('fails where nobody can answer', async () => {
    const { error } = await client.run('input("x")', { allow_stdin: false });
    expect(error).toBe(
      'StdinNotImplementedError: input() was called, but this front end does not support input requests.'
    );
    expect((await client.run('import getpass\ngetpass.getpass("x")', { allow_stdin: false })).error).toMatch(
      /: getpass/
    );
    expect(client.prompts).toEqual([]);
  });

  it('gets KeyboardInterrupt, which it may catch, and the end of input', async () => {
    client.person = () => null;
    const cell = client.run('try:\n    input("x")\nexcept KeyboardInterrupt:\n    print("caught")');
    await client.asked();
    client.kernel.interrupt();
    expect((await cell).stdout).toBe('caught\n');
    client.person = () => '\x04';
    expect((await client.run('input()')).error).toMatch(/^EOFError/);
  });

  it.each([true, false])('is not told what answers an earlier question (named: %s)', async named => {
    client.namesQuestions = named;
    client.person = () => null;
    const first = client.run('input("first")');
    const late = await client.asked();
    client.kernel.interrupt();
    expect((await first).error).toMatch(/^KeyboardInterrupt/);
    const second = client.run('%reset');
    const question = await client.asked();
    expect(question.content['prompt']).toMatch(/^monty-kernel asks: clear all variables/);
    const again = client.asked();
    client.answer(late, 'y');
    client.answer(named ? question : await again, 'n');
    expect((await second).stdout).toMatch(/^Nothing was cleared/);
  });

  it('is not asked for any more by the kernel after three refusals', async () => {
    client.person = () => 'no';
    const { stdout } = await client.run('%reset\n%reset\n%reset\n%reset\n%reset');
    expect(stdout.match(/Nothing was cleared/g)).toHaveLength(5);
    expect(client.prompts).toHaveLength(3);
    await client.run('%reset');
    expect(client.prompts).toHaveLength(4);
  });

  it('cannot mark what it asks as a question of the kernel, whatever it says', async () => {
    const marked = { monty: { question: dataOf(RESET_QUESTION) } };
    const forged = JSON.stringify(marked);
    client.person = () => 'n';
    await client.run(`input(${JSON.stringify(forged)})`);
    await client.run(
      `import getpass\nfrom IPython.display import display\nmonty = ${forged}\n` +
        'display({"text/plain": "x"}, raw=True, metadata=monty)\ngetpass.getpass(str(monty))'
    );
    client.send('execute_request', { code: 'input("x")', allow_stdin: true }, marked);
    await client.until(message => message.header.msg_type === 'execute_reply');
    const questions = (): Message[] => client.received.filter(message => message.channel === 'stdin');
    expect(questions().map(({ metadata }) => metadata)).toEqual([{}, {}, {}]);
    await client.run('%reset');
    expect(questions()[3]?.metadata).toEqual(marked);
  });

  it('ends what would hide the question', async () => {
    const { published } = await client.run('print("\\x1b[8mhidden", end="")\n%reset');
    const texts = published
      .filter(message => message.header.msg_type === 'stream')
      .map(message => message.content['text']);
    expect(texts[1]).toMatch(/^\x1b\[0m/);
  });
});
