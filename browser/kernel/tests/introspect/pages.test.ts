/** Pages of documentation, as the whole kernel gives them, and as the native one does. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../jupyterlite/client';
import { asked } from '../native';
import { hasWasm } from '../worker/page';

const CELLS = [
  `import math, json, collections, datetime, operator, functools
from operator import indexOf as place, itemgetter
from functools import wraps
def mean(xs, weights=None, *, strict: bool = False) -> float:
    """The mean.

    Of numbers."""
    return sum(xs) / len(xs)
async def fetch(url): ...
`,
  `class Robot:
    """A robot."""
    legs = 4
    def __init__(self, name, speed=1):
        """Build one."""
        self.name = name
    def walk(self, steps, *, fast=False) -> int:
        """Walk."""
        return steps
robot = Robot("r2")
data = json.loads('{"a": [1, 2]}')
text = "spam"
`,
  `from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int = 0
    def far(self):
        return self.x
point = Point(1, 2)
@staticmethod_like if False else (lambda f: f)
def decorated(a, b):
    'Has a decorator.'
    return a
square = lambda x: x * x
average = mean
`
];

/** Asked at the bar, or at the end. */
const PLACES = [
  'mean',
  'mean(',
  'mean(1, ',
  'mean(1, [2, 3',
  'mean(\n    1,\n',
  'x = mean(1 + (2',
  'me|an(1)',
  'mean|(1)',
  "mean('a string|",
  'fetch',
  'Robot',
  'Robot(',
  'robot',
  'robot.walk',
  'Robot.walk',
  'robot.walk(1, ',
  'robot.wa|lk(1)',
  'robot.walk(1)',
  'robot.legs',
  'data',
  "data['a']",
  'text',
  'len',
  'math.sqrt',
  'math.sqrt(',
  "''.join",
  'data.get',
  'text.split(',
  "data['a'].append(",
  'display',
  'input(',
  'collections.Counter',
  'int',
  'math',
  'operator',
  'operator.add',
  'operator.itemgetter(',
  'place',
  'itemgetter(',
  'wraps',
  'functools.wraps(',
  'functools.reduce',
  'datetime.date',
  'json.dumps',
  'Point',
  'point',
  'point.far',
  'decorated',
  'square',
  'average',
  'dir',
  'globals',
  'os',
  'nope',
  'nope.x',
  '',
  '1',
  "'text'",
  '# mean',
  '__mk_see_look',
  '%timeit',
  '%%html',
  'print',
  'sum(',
  'str.upper',
  '[].append(',
  'text.upper().spl|it',
  'mean?',
  'mean??',
  'robot?',
  'help',
  'getpass',
  'exit',
  'In',
  'Out',
  '_',
  'x.y.z'
];

/** What is otherwise here, with the reason. */
const OTHERWISE = new Set([
  'text.upper().split', // would have to be run
  'square', // an address
  'In' // the session behind the native answers has no kernel around it
]);

const NATIVE = `
import asyncio
import pydantic_monty
from monty_kernel.introspect import analysis
from monty_kernel.introspect.introspector import Introspector
from monty_kernel.magics.registry import Magics
from tests.support.introspected_session import MontySession, plain
analysis.DEADLINE = 30
pool = pydantic_monty.Monty(max_processes=1).__enter__()
checkout = pool.checkout(limits={"max_suspensions": 10**6})
session = MontySession(checkout.__enter__())
introspector = Introspector(session, Magics(), known=lambda kin: [])
def f(each):
    if isinstance(each, list):
        for cell in each:
            session.run(cell)
        return None
    found = asyncio.run(introspector.inspect(each["code"], each["at"], each["detail"]))
    return plain(found.data["text/plain"]) if found.found else None
`;

function shownIn(content: Record<string, unknown>): string | null {
  const data = content['data'] as Record<string, string>;
  return content['found'] === true ? (data['text/plain'] ?? '').replace(/\u001b\[\d+m/g, '') : null;
}

describe.skipIf(!hasWasm)('pages', { timeout: 120_000 }, () => {
  let client: Client;
  beforeAll(async () => {
    client = new Client();
    for (const cell of CELLS) expect((await client.run(cell)).error).toBeNull();
  }, 120_000);
  afterAll(() => {
    client.close();
  });

  it('are found by a cell, and by the one that defines what is asked', async () => {
    expect((await client.run('def own(a, b):\n    "Its own."\nhelp(own)')).stdout).toMatch(/own\(a, b\)[^]*Its own\./);
    const { reply } = await client.run('def late(a): "Late."\nlate?');
    expect(JSON.stringify(reply['payload'])).toContain('Late.');
    expect(JSON.stringify((await client.run('mean??')).reply['payload'])).toContain('return sum(xs)');
    expect((await client.run('help(robot)')).stdout).toContain('A robot.');
    expect((await client.run('help("math")')).stdout).toContain('mathematical');
    expect((await client.run('help(Robot.walk)')).stdout).toContain('walk(steps, *, fast=False) -> int');
  });

  it('are those of the native kernel', async () => {
    const questions = PLACES.flatMap(marked => {
      const at = marked.includes('|') ? marked.indexOf('|') : marked.length;
      return [0, 1].map(detail => ({ code: marked.replace('|', ''), at, detail }));
    });
    const [, ...native] = asked(NATIVE, [CELLS, ...questions]) as (string | null)[];
    const wrong: unknown[] = [];
    for (const [index, { code, at, detail }] of questions.entries()) {
      const request = { code, cursor_pos: at, detail_level: detail };
      const mine = shownIn(await client.ask('inspect_request', request));
      if (mine !== native[index] && !OTHERWISE.has(code)) wrong.push({ code, at, detail, mine, native: native[index] });
    }
    expect(wrong).toEqual([]);
  });
});
