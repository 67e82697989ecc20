import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { HostedSession } from '../../src/session/hosted_session';
import { CannotStart, InterruptedEarly } from '../../src/session/terms';
import { Workers } from '../../src/session/workers';
import { CHANGE, DONE, sound, STATE, StandIn } from './stand_in';
import type { CellHost, Ran } from '../../src/session/terms';
import type { ToWorker } from '../../src/worker/messages';

type Answers = (message: ToWorker, worker: StandIn) => void;

let made: StandIn[];
let session: HostedSession;
let workers: Workers;
let next: (Answers | Error)[];

beforeEach(() => {
  made = [];
  next = [];
  const spawn = (): StandIn => {
    const answers = next.shift() ?? sound;
    if (answers instanceof Error) throw answers;
    const worker = new StandIn(answers);
    made.push(worker);
    return worker;
  };
  const limits = { granted: DEFAULT_LIMITS, now: DEFAULT_LIMITS, tightened: {} };
  const module = (): Promise<WebAssembly.Module> => Promise.resolve({} as WebAssembly.Module);
  workers = new Workers(spawn);
  session = new HostedSession(workers, module, { limits, timezone: 'UTC', mostShown: null });
});

afterEach(async () => {
  vi.useRealTimers();
  await session.close();
});

const quiet: CellHost = { output: () => undefined, ask: () => new Promise(() => undefined) };

function run(number = 1, host: CellHost = quiet): Promise<Ran> {
  return session.run({ code: 'x', number, remember: true, silent: false, expressions: {} }, host);
}

/** A worker that is sound until a cell runs. */
function onExecute(say: (worker: StandIn, id: number) => void): Answers {
  return (message, worker) => {
    if (message.type === 'execute') say(worker, message.id);
    else sound(message, worker);
  };
}

describe('a worker that says what it may not', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'finished'],
    ['an unknown type', { type: 'format', id: 1 }],
    ['an outcome that is none', { type: 'finished', id: 2, outcome: null }],
    ['an outcome without a result', { type: 'finished', id: 2, outcome: { failure: null } }],
    [
      'an error with a list as its name',
      { type: 'finished', id: 2, outcome: { ...DONE, failure: { kind: 'raised', ename: [] } } }
    ],
    ['user expressions that are no objects', { type: 'finished', id: 2, outcome: { ...DONE, expressions: { a: 1 } } }],
    ['a state of text', { type: 'saved', id: 2, change: { ...CHANGE, state: 'bytes' } }],
    ['a state that builds on cells nobody knows', { type: 'saved', id: 2, change: { ...CHANGE, kept: 2 ** 40 } }],
    ['files that are none', { type: 'saved', id: 2, change: { ...CHANGE, files: new Map([['a', 1]]) } }],
    ['a question of no kind', { type: 'ask', question: 1, what: { kind: 'open' } }],
    [
      'a prompt of a hundred megabytes',
      { type: 'ask', question: 1, what: { kind: 'input', prompt: 'x'.repeat(1e8), password: false } }
    ],
    ['limits that are none', { type: 'limits', limits: { granted: {}, now: {}, tightened: {} } }],
    [
      'a cyclic thing',
      (() => {
        const one: Record<string, unknown> = { type: 'finished', id: 2 };
        one['outcome'] = one;
        return one;
      })()
    ]
  ])('is replaced after %s, and the next cell runs', async (_, rubbish) => {
    next = [
      onExecute((worker, id) => {
        // a state is said after the end of its cell
        if ((rubbish as { type?: string } | undefined)?.type === 'saved')
          worker.say({ type: 'finished', id, outcome: DONE, line: 0 });
        worker.say(rubbish);
        sound({ type: 'execute', id, request: { number: 1 } } as ToWorker, worker);
      })
    ];
    const ran = await run();
    if (ran.lost !== null) expect(ran.lost).toMatchObject({ why: 'crashed', restored: 'restored' });
    await session.ready();
    expect(made[0]?.ended).toBe(true);
    expect((await run(2)).outcome).toEqual(DONE);
  });

  it('is replaced after a flood of messages', async () => {
    const output = { type: 'stream', name: 'stdout', text: 'x' };
    next = [
      onExecute((worker, id) => {
        for (let count = 0; count < 500_001; count += 1) worker.say({ type: 'output', id, output });
      })
    ];
    expect((await run()).lost).toMatchObject({ why: 'flood', restored: 'restored' });
    expect((await run(2)).outcome).toEqual(DONE);
  });

  it('is replaced after a flood of text', async () => {
    const output = { type: 'stream', name: 'stdout', text: 'x'.repeat(1 << 24) };
    next = [
      onExecute((worker, id) => {
        for (let count = 0; count < 20; count += 1) worker.say({ type: 'output', id, output });
      })
    ];
    expect((await run()).lost).toMatchObject({ why: 'flood' });
  });

  it('is replaced after a flood of questions', async () => {
    next = [
      onExecute(worker => {
        for (let question = 0; question < 1_001; question += 1) {
          worker.say({ type: 'ask', question, what: { kind: 'input', prompt: '', password: false } });
        }
      })
    ];
    expect((await run()).lost).toMatchObject({ why: 'crashed', restored: 'restored' });
  });

  it('is replaced after a flood between two cells', async () => {
    await run();
    for (let count = 0; count < 1_001; count += 1) made[0]?.say({ type: 'heard' });
    expect(made[0]?.ended).toBe(true);
    expect((await run(2)).outcome).toEqual(DONE);
  });

  it('cannot widen its limits', async () => {
    next = [
      onExecute((worker, id) => {
        const wide = { ...DEFAULT_LIMITS, memory: 2 ** 40, seconds: 5 };
        worker.say({ type: 'limits', limits: { granted: wide, now: wide, tightened: {} } });
        worker.say({ type: 'lost', id, why: 'crashed', message: '' });
      })
    ];
    await run();
    const start = made[1]?.posted[0];
    expect(start).toMatchObject({
      type: 'start',
      limits: { granted: DEFAULT_LIMITS, now: { memory: 2 ** 30, seconds: 5 } }
    });
  });

  it('is not listened to any more once it is gone', async () => {
    await run();
    const state = session.snapshot;
    made[0]?.fail('gone');
    made[0]?.say({ type: 'saved', id: 2, change: { ...CHANGE, steps: ['{"forged": 1}'] } });
    expect(session.snapshot).toBe(state);
  });
});

describe('a worker that is lost', () => {
  it('while a question waits, ends the cell; the late answer goes nowhere', async () => {
    let answer: (value: { value: string }) => void = () => undefined;
    const host: CellHost = {
      ...quiet,
      ask: () =>
        new Promise(resolve => {
          answer = resolve;
        })
    };
    next = [
      onExecute(worker => {
        worker.say({ type: 'ask', question: 7, what: { kind: 'input', prompt: '?', password: false } });
        worker.fail('out of memory');
      })
    ];
    expect((await run(1, host)).lost).toMatchObject({ why: 'crashed', message: 'out of memory', restored: 'restored' });
    answer({ value: 'late' });
    await run(2);
    expect(made.flatMap(worker => worker.posted).filter(each => each.type === 'answer')).toEqual([]);
  });

  it('at the start costs one line, and the next cell tries again', async () => {
    next = [
      (_, worker) => {
        worker.fail('its script could not be loaded');
      },
      (_, worker) => {
        worker.fail('again');
      }
    ];
    await expect(run()).rejects.toThrow(
      new CannotStart("Monty's worker could not be started: its script could not be loaded. Run the cell again.")
    );
    await expect(run()).rejects.toThrow('again');
    expect((await run()).outcome).toEqual(DONE);
  });

  it('that could not even be made costs one line', async () => {
    next = [new DOMException("Failed to construct 'Worker'", 'SecurityError')];
    await expect(run()).rejects.toThrow(/could not be made: Failed to construct 'Worker'\. .*worker-src/);
    expect((await run()).outcome).toEqual(DONE);
  });

  it('and never says anything at the start does not hold the cell for ever', async () => {
    vi.useFakeTimers();
    next = [() => undefined];
    const told = expect(run()).rejects.toThrow('it did not answer within 60 seconds. Run the cell again.');
    await vi.advanceTimersByTimeAsync(60_000);
    await told;
    vi.useRealTimers();
    expect((await run()).outcome).toEqual(DONE);
  });

  it('and cannot be replaced leaves the state for the next cell', async () => {
    await run();
    workers.prepare();
    const state = session.snapshot;
    next = [
      (_, worker) => {
        worker.fail('no');
      }
    ];
    made[0]?.fail('crashed between two cells');
    made[1]?.fail('and so does the spare one');
    await expect(run(2)).rejects.toThrow(CannotStart);
    expect((await run(2)).outcome).toEqual(DONE);
    const starts = made.flatMap(worker => worker.posted).filter(each => each.type === 'start');
    expect(starts.at(-1)?.snapshot).toBe(state);
  });

  it('with a state that cannot be loaded again begins anew with the cell after', async () => {
    await run();
    workers.prepare();
    const refuse: Answers = (message, worker) => {
      if (message.type === 'start')
        worker.say({
          type: 'failed',
          id: message.id,
          message: 'The saved session could not be loaded: damaged.',
          refused: true
        });
    };
    next = [refuse];
    made[1]?.fail('the spare one is of no use');
    made[0]?.fail('crashed');
    await expect(run(2)).rejects.toThrow('damaged. The next cell begins a new session; %snapshots lists the states');
    expect(session.beginnings).toBe(1);
    expect((await run(3)).outcome).toEqual(DONE);
    expect(session.beginnings).toBe(2);
  });

  it('as a spare one is not used', async () => {
    await run();
    workers.prepare();
    made[1]?.fail('while nobody listened');
    made[0]?.fail('crashed');
    expect((await run(2)).outcome).toEqual(DONE);
    expect(made[1]?.posted).toEqual([]);
  });
});

describe('a person who does not want to wait', () => {
  it('interrupts a cell that waits for its session, which starts all the same', async () => {
    let start: (() => void) | null = null;
    next = [
      (message, worker) => {
        if (message.type === 'start')
          start = () => {
            sound(message, worker);
          };
        else sound(message, worker);
      }
    ];
    const waiting = expect(run()).rejects.toThrow(InterruptedEarly);
    await vi.waitFor(() => {
      expect(start).not.toBeNull();
    });
    session.interrupt();
    await waiting;
    (start as (() => void) | null)?.();
    expect((await run()).outcome).toEqual(DONE);
    expect(made.filter(worker => worker.posted.length > 0)).toHaveLength(1);
  });
});

describe('a kernel that ends', () => {
  it('waits for the state after its last cell', async () => {
    let save: () => void = () => undefined;
    next = [
      onExecute((worker, id) => {
        worker.say({ type: 'finished', id, outcome: DONE, line: 0 });
        save = () => {
          worker.say({ type: 'saved', id, change: { ...CHANGE, steps: ['{}'] } });
        };
      })
    ];
    const states: unknown[] = [];
    await session.run({ code: 'x', number: 1, remember: true, silent: false, expressions: {} }, quiet, state => {
      states.push(state);
    });
    const closed = session.close();
    expect(made[0]?.ended).toBe(false);
    save();
    await closed;
    expect(states).toEqual([{ ...STATE, steps: ['{}'] }]);
    expect(made[0]?.ended).toBe(true);
  });

  it('leaves the spare worker to the next one', async () => {
    const limits = { granted: DEFAULT_LIMITS, now: DEFAULT_LIMITS, tightened: {} };
    const another = (): HostedSession =>
      new HostedSession(workers, () => Promise.resolve({} as WebAssembly.Module), {
        limits,
        timezone: 'UTC',
        mostShown: null
      });
    const one = another();
    await one.ready();
    workers.prepare();
    await one.close();
    const other = another();
    await other.ready();
    expect(made.map(worker => [worker.posted.length, worker.ended])).toEqual([
      [1, true],
      [1, false]
    ]);
    await other.close();
  });

  it('has a spare worker a moment after it began, and one only', async () => {
    vi.useFakeTimers();
    await session.ready();
    expect(made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(made).toHaveLength(2);
    workers.prepare();
    expect(made).toHaveLength(2);
  });
});
