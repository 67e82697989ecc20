import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodeQuestions } from '../../src/introspect/questions';
import { characters } from '../../src/source/python_text';
import { Notebook } from '../jupyterlite/notebook';
import { hasWasm, module } from '../worker/page';
import type { MimeBundle } from '../../src/worker/messages';

function textOf(page: MimeBundle | null): string {
  const text = page?.['text/plain'];
  return typeof text === 'string' ? text : '';
}

const CELLS = [
  'import json, math, datetime, operator, functools\nfrom collections import deque',
  'numbers = [1, 2, 3]\ntext = "ab"\nrow = {"name": 1, "other one": 2, 7: 3}\nnested = {"a": {"b": [1.5]}}\nqueue = deque([1])\nwhen = datetime.date(2024, 1, 2)',
  'def area(width, height=2, *, unit="m"):\n    """The area.\n\n    In square units.\n    """\n    return width * height',
  'class Robot:\n    """It moves."""\n\n    speed = 3\n\n    def __init__(self, name, size=1):\n        self.name = name\n\n    def walk(self, steps):\n        "Walk some steps."\n        return steps\n\nrobot = Robot("r")'
];

/** The cursor is at `|`; what must be among the matches, and what must not. */
const PLACES: [code: string, some: string, none?: string][] = [
  ['num|', 'numbers'],
  ['pri|', 'print', 'numbers'],
  ['PRI|', 'print'],
  ['whi|', 'while'],
  ['|', 'numbers len robot', '__mk_begin'],
  ['_|', '__name__', '__mk_begin'],
  ['numbers.|', 'append extend sort', 'upper'],
  ['numbers.ap|', 'append', 'sort'],
  ['text.|', 'upper split', 'append'],
  ['"x".|', 'upper split', 'append'],
  ["b'x'.|", 'decode', 'encode'],
  ['[1].|', 'append'],
  ['row.|', 'items keys'],
  ['queue.|', 'appendleft popleft'],
  ['when.|', 'year isoformat'],
  ['json.|', 'dumps loads', 'append'],
  ['json.du|', 'dumps', 'loads'],
  ['math.|', 'sqrt pi'],
  ['robot.|', 'walk name speed'],
  ['robot.wa|', 'walk', 'name'],
  ['Robot.|', 'walk speed'],
  ['nested["a"].|', 'items'],
  ['nested["a"]["b"].|', 'append'],
  ['area.|', '', 'append'],
  ['row["|', 'name"] "other one"]'.replace('"other one"]', '')],
  ['row["na|', 'name"]', 'other'],
  ["row['na|']", 'name', "name']"],
  ['row[|', "'name'] 7]"],
  ['row[7|', '7]', "'name']"],
  ['nested["a"]["|', 'b"]'],
  ['area(|', 'width= height= unit='],
  ['area(1, |', 'height= unit=', 'width='],
  ['area(1, height=2, |', 'unit=', 'height='],
  ['area(un|', 'unit=', 'width='],
  ['Robot(|', 'name= size='],
  ['robot.walk(|', 'steps='],
  ['sorted(numbers, |', 'key= reverse='],
  ['json.dumps(row, ind|', 'indent='],
  ['print(1, s|', 'sep='],
  ['import |', 'json math datetime operator'],
  ['from operator import item|', 'itemgetter', 'add'],
  ['from functools import |', 'wraps reduce'],
  ['operator.|', 'itemgetter add', 'append'],
  ['functools.wr|', 'wraps', 'reduce'],
  ['functools.wraps(|', 'wrapped='],
  ['import js|', 'json', 'math'],
  ['import os.|', 'path'],
  ['from |', 'json collections'],
  ['from collections import |', 'deque Counter'],
  ['from collections import deque, Cou|', 'Counter'],
  ['from json |', 'import'],
  ['from IPython.display import |', 'HTML display'],
  ['def na|', '', 'numbers'],
  ['# num|', '', 'numbers'],
  ['"num|', '', 'numbers'],
  ['f"{num|', 'numbers'],
  ['f"num|', '', 'numbers'],
  ['f"{numbers:num|', '', 'numbers'],
  ['for thing in numbers:\n    thi|', 'thing'],
  ['def f(first):\n    fir|', 'first'],
  ['x = num|', 'numbers'],
  ['print(num|)', 'numbers'],
  ['disp|', 'display'],
  ['%ti|', '%time %timeit %%time', '%who'],
  ['x = %ti|', '%time', '%%time'],
  ['%undo\n%%ti|', '', '%%time'],
  ['%timeit -|', '-n -r', 'numbers'],
  ['%timeit -n 3 num|', 'numbers'],
  ['%limits |', 'memory= seconds='],
  ['%limits mem|', 'memory='],
  ['%restore |', 'first', 'numbers'],
  ['%typecheck st|', 'strict', 'on'],
  ['!num|', '', 'numbers'],
  ['"😀"; num|', 'numbers'],
  ['%%html\nnum|', '', 'numbers'],
  ['?num|', 'numbers']
];

describe.skipIf(!hasWasm)('questions about code', { timeout: 60_000 }, () => {
  let notebook: Notebook;
  let questions: CodeQuestions;
  let idle = true;

  beforeAll(async () => {
    await module();
    notebook = new Notebook();
    for (const cell of CELLS) expect((await notebook.run(cell)).error).toBeNull();
    await notebook.run('%snapshot first');
    questions = new CodeQuestions({
      ask: (expression, parts) => (idle ? notebook.session.evaluate(expression, parts) : Promise.resolve(undefined)),
      cells: () => notebook.room.cells(),
      kin: kin => notebook.room.known(kin)
    });
  }, 120_000);

  afterAll(() => {
    notebook.close();
  });

  it.each(PLACES)('completes %j', async (marked, some, none) => {
    const at = marked.indexOf('|');
    const code = marked.replace('|', '');
    const found = await questions.complete(code, characters(marked, 0, at));
    for (const word of some.split(' ').filter(Boolean)) expect(found.matches).toContain(word);
    for (const word of none?.split(' ').filter(Boolean) ?? []) expect(found.matches).not.toContain(word);
    expect(found.end).toBe(characters(marked, 0, at));
    const typed = Array.from(code).slice(found.start, found.end).join('');
    for (const match of found.matches.slice(0, 5)) {
      expect(match.toLowerCase().replace(/^%+/, '')).toContain(typed.toLowerCase().replace(/^%+/, ''));
    }
  });

  it('remembers names while a cell runs', async () => {
    await questions.complete('num', 3);
    idle = false;
    try {
      expect((await questions.complete('num', 3)).matches).toContain('numbers');
      expect(await questions.describe('area', 0)).not.toBeNull();
      expect((await questions.describe('len', 0))?.['text/plain']).toContain('Return the number of items');
    } finally {
      idle = true;
    }
  });

  it.each([
    ['area', "Signature:|area(width, height=2, *, unit='m')|The area.\n\nIn square units.|Cell In[3]|function"],
    ['robot.walk', 'walk(steps)|Walk some steps.|Cell In[4]'],
    ['Robot', 'Init signature:|Robot(name, size=1)|It moves.|type'],
    ['robot', 'Robot|It moves.|Cell In[4]'],
    ['numbers', 'list|[1, 2, 3]|Length:'],
    ['nested', "{'a': {'b': [...]}}"],
    ['len', 'len(obj, /)|Return the number of items|builtin'],
    ['json.dumps', 'dumps(obj|Serialize'],
    ['json', 'module'],
    ['text.split', 'split(|method'],
    ['"x".upper', 'upper()|uppercase'],
    ['str.split', 'split('],
    ['collections.deque', 'deque'],
    ['%timeit', 'usage: %timeit|how long'],
    ['%%html', 'usage: %%html']
  ])('describes %j', async (topic, parts) => {
    const text = textOf(await questions.describe(topic, 0));
    for (const part of parts.split('|')) expect(text).toContain(part);
  });

  it('says nothing of what it does not know, and shows source when asked', async () => {
    expect(await questions.describe('nothing', 0)).toBeNull();
    expect(await questions.describe('1 + 1', 0)).toBeNull();
    expect(textOf(await questions.describe('area', 1))).toContain('return width * height');
    expect(await questions.help('nothing', '')).toBe("No documentation found for 'nothing'.");
    expect(await questions.help('len', '')).not.toContain('\u001b');
  });

  it.each([
    ['area(1, |2)', 'area(width'],
    ['print(nu|mbers)', 'print('],
    ['len|(numbers)', 'len(obj'],
    ['numbers|', '[1, 2, 3]'],
    ['numbers?|', '[1, 2, 3]'],
    ['%who|', 'usage: %who'],
    ['x = 1\narea|', 'The area']
  ])('inspects %j', async (marked, part) => {
    const at = marked.indexOf('|');
    const page = await questions.inspect(marked.replace('|', ''), at, 0);
    expect(textOf(page)).toContain(part);
  });

  it('runs no code of the person', async () => {
    await notebook.run(
      'class Trap:\n    def __getattr__(self, name):\n        print("ran")\n        return 1\n    def __repr__(self):\n        print("ran")\n        return "x"\ntrap = Trap()'
    );
    await questions.complete('trap.', 5);
    await questions.describe('trap', 0);
    await questions.describe('trap.x', 0);
    expect((await notebook.run('1')).text).toBe('');
  });
});

it.each<[code: string, status: string, indent?: string]>([
  ['1 + 1', 'complete'],
  ['', 'complete'],
  ['if x:', 'incomplete', '    '],
  ['if x:\n    y', 'incomplete', '    '],
  ['if x:\n    y\n', 'complete'],
  ['if x: y', 'incomplete', ''],
  ['f(1,', 'incomplete', ''],
  ['"""a', 'incomplete', ''],
  ['"a', 'invalid'],
  ['f)', 'invalid'],
  ['(]', 'invalid'],
  ['x = \\', 'incomplete', ''],
  ['@decorated', 'incomplete', ''],
  ['%time 1', 'complete'],
  ['%%time\n1', 'incomplete', ''],
  ['%%time\n1\n', 'complete'],
  ['x = 1 # a:', 'complete'],
  ['len?', 'complete'],
  ['!ls (', 'complete'],
  ['def f():\n    return "a:"', 'incomplete', '    ']
])('is complete: %j', (code, status, indent) => {
  const questions = new CodeQuestions({ ask: () => Promise.resolve(null), cells: () => [], kin: () => [] });
  const found = questions.isComplete(code);
  expect(found.status).toBe(status);
  if (indent !== undefined) expect(found.indent).toBe(indent);
});
