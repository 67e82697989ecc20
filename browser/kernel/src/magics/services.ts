/** Magics as the worker asks for them: what they need of the engine, and its words for what goes wrong. */

import { Raises, usageError } from '../engine/frontend';
import { BadLimit, DEFAULT_LIMITS, effective, KINDS } from '../engine/limits';
import { str } from '../wire/python_text';
import { fromPlain } from '../wire/plain';
import { changes } from '../source/rewritten_lines';
import { Magics } from './magics';
import { UsageError } from './usage';
import { CodeError, runAction, runHostMagic } from './worker_magics';
import type { Engine } from '../engine/engine';
import type { Value } from '../wire/values';
import type { CellContext, Services } from '../worker/services';
import type { LimitsOfSession } from './limits_table';
import type { WorkerContext } from './worker_magics';

/** The name under which the page is asked what `help(topic)` prints. */
export const HELP = '!help';

export function magicServices(): Pick<Services, 'magics' | 'magic' | 'act' | 'help'> {
  const magics = new Magics();
  return {
    magics: () => magics,
    magic: (name, args, context) =>
      explained(async () => fromPlain(await runHostMagic(magics, name, args, worker(context)))),
    act: (action, context) => explained(() => act(magics, action.name, action.args, context)),
    help: async (topic, kind, context) => str(await context.page(HELP, `${topic}\n${kind}`))
  };
}

async function act(magics: Magics, name: string, args: string, context: CellContext): Promise<void> {
  if (name !== '?' && name !== '??') {
    await runAction(magics, name, args, worker(context));
    return;
  }
  const page = await context.page(name, args);
  if (page instanceof Map) context.payload({ source: 'page', data: Object.fromEntries(page), start: 0 });
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw usageError(error.message);
    if (error instanceof CodeError) throw new Raises('SyntaxError', error.message);
    throw error;
  }
}

function worker(context: CellContext): WorkerContext {
  const { engine } = context;
  return {
    print: text => {
      context.show({ type: 'stream', name: 'stdout', text: `${text}\n` });
    },
    page: (name, args): Promise<Value> => context.page(name, args),
    mount: spec => {
      engine.mount(spec);
    },
    unmount: place => {
      engine.files.unmount(place);
    },
    limits: limitsOf(engine),
    rewrites: number => rewritesOf(engine, number),
    lastFailure: context.lastFailure
  };
}

function limitsOf(engine: Engine): LimitsOfSession {
  const { limits } = engine;
  return {
    Bad: BadLimit,
    tighten: words => {
      limits.tighten(words);
    },
    tightenCell: words => {
      engine.budget.tighten(limits.ofCell(words));
    },
    tell: text => {
      engine.budget.admitOnce({ type: 'stream', name: 'stdout', text });
    },
    shown: () =>
      [...KINDS.values()].map(({ name, means, option, unit, show }) => {
        const [now, granted] = [effective(limits.now, name), effective(limits.granted, name)];
        return {
          name,
          means,
          option,
          unit,
          now: now === null ? null : show(now),
          granted: granted === null ? null : show(granted),
          tightenedBy: limits.tightened.get(name) ?? null,
          isDefault: limits.granted[name] === DEFAULT_LIMITS[name]
        };
      })
  };
}

const SHOWS = '__mk_show(';

function rewritesOf(engine: Engine, number: number | null): ReturnType<WorkerContext['rewrites']> {
  const { cellLog } = engine.session;
  const running = engine.knownCells.at(-1);
  const last = cellLog.cells.at(-1);
  const label = number === null ? (last === running ? undefined : last?.label) : `In[${number}]`;
  const feeds = (label === undefined ? [] : cellLog.feedsOf(label)).filter(feed => !feed.text.startsWith(SHOWS));
  const [first] = feeds;
  return first === undefined ? null : { label: first.cell.label, changes: feeds.flatMap(feed => changes(feed)) };
}
