/** Questions to the idle session, about values and without running any of their code. Its answers are checked. */

import language from '../generated/language.json';

/** What the session may be asked; undefined or null while it is busy. */
export type Ask = (expression: string, parts: string[]) => Promise<unknown>;

/** How to reach a value: a name of the session, then attributes and keys. */
export interface Path {
  readonly root: string;
  readonly steps: readonly (readonly ['.', string] | readonly ['[', string | number])[];
}

/** What a value is. */
export interface Look {
  readonly kind: string;
  /** Its type as Monty shows it. */
  readonly typeName: string;
  /** The own name of a module, class or function, if Monty tells it. */
  readonly name: string;
  /** The fields of a dataclass or a named tuple. */
  readonly fields: readonly string[];
}

export interface ShownValue {
  readonly text: string | null;
  readonly length: number | null;
  readonly doc: string | null;
}

const PARTS = ['introspection'];
const KINDS = new Set(['function', 'class', 'module', 'instance']);
const NAME = /\s*([\p{L}_][\p{L}\p{N}_]*)\s*/uy;
const ATTRIBUTE = /\.\s*([\p{L}_][\p{L}\p{N}_]*)\s*/uy;
const KEY = /\[\s*(?:(-?\d{1,15})|'((?:[^'\\\n]|\\['"\\])*)'|"((?:[^"\\\n]|\\['"\\])*)")\s*\]\s*/y;

/** An expression such as `a.b["c"][0]` as a path; null for one that would have to be run. */
export function pathOf(expression: string): Path | null {
  NAME.lastIndex = 0;
  const root = NAME.exec(expression)?.[1];
  if (root === undefined || root.startsWith('__mk_')) return null;
  const steps: (['.', string] | ['[', string | number])[] = [];
  for (let at = NAME.lastIndex; at < expression.length;) {
    ATTRIBUTE.lastIndex = KEY.lastIndex = at;
    const attribute = ATTRIBUTE.exec(expression);
    const key = attribute === null ? KEY.exec(expression) : null;
    if (attribute !== null) steps.push(['.', attribute[1] ?? '']);
    else if (key === null || steps.length > 20) return null;
    else {
      const text = (key[2] ?? key[3] ?? '').replace(/\\(.)/g, '$1');
      steps.push(['[', key[1] === undefined ? text : Number(key[1])]);
    }
    at += (attribute ?? key)?.[0].length ?? 1;
  }
  return { root, steps };
}

/** The session as introspection sees it. Every answer is null while the session is busy. */
export class Live {
  constructor(private readonly ask: Ask) {}

  /** The session's names that begin with a prefix, oldest first, with their kinds. */
  async names(prefix: string): Promise<Map<string, string> | null> {
    const answer = await this.#ask('names', literal(prefix), '2000');
    if (!Array.isArray(answer)) return null;
    const pairs = answer.flatMap((pair: unknown): [string, string][] =>
      Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], kindOf(pair[1])]] : []
    );
    return new Map(pairs);
  }

  async look(path: Path): Promise<Look | null> {
    const answer = await this.#ask('look', literal(path));
    if (!Array.isArray(answer) || answer.length !== 4) return null;
    const [kind, type, shown, fields] = answer as unknown[];
    const name = /'([^']*)'|<(?:built-in )?function (\w+)/.exec(typeof shown === 'string' ? shown : '');
    return {
      kind: kindOf(kind),
      typeName: typeof type === 'string' ? type.replace(/^<class '|'>$/g, '') : '',
      name: name?.[1] ?? name?.[2] ?? '',
      fields: strings(fields)
    };
  }

  /** Those of the names that a module, class or instance has. */
  async members(path: Path, names: readonly string[]): Promise<string[]> {
    const asked = names.filter(name => name.length <= 200).slice(0, 2_000);
    return asked.length === 0 ? [] : strings(await this.#ask('members', literal(path), literal(asked)));
  }

  /** The keys of a dict that are texts with a prefix, or whole numbers; null if it is no dict. */
  async keys(path: Path, prefix: string): Promise<(string | number)[] | null> {
    const answer = await this.#ask('keys', literal(path), literal(prefix), '200');
    if (!Array.isArray(answer)) return null;
    return answer.filter((key: unknown) => typeof key === 'string' || typeof key === 'number');
  }

  async value(path: Path): Promise<ShownValue | null> {
    const answer = await this.#ask('shown', literal(path));
    if (!Array.isArray(answer) || answer.length !== 3) return null;
    const [text, length, doc] = answer as unknown[];
    return {
      text: typeof text === 'string' ? text : null,
      length: typeof length === 'number' ? length : null,
      doc: typeof doc === 'string' ? doc : null
    };
  }

  #ask(name: string, ...args: string[]): Promise<unknown> {
    return this.ask(`__mk_see_${name}(${[language.scope, ...args].join(', ')})`, PARTS);
  }
}

/** Plain data as Python's literal, in ASCII. */
function literal(data: string | number | readonly string[] | Path): string {
  if (typeof data === 'number') return String(data);
  if (typeof data === 'string') return ascii(data);
  if (isPath(data)) {
    const steps = data.steps.map(([step, key]) => `[${ascii(step)}, ${literal(key)}]`);
    return `[${[ascii(data.root), ...steps].join(', ')}]`;
  }
  return `[${data.map(ascii).join(', ')}]`;
}

function isPath(data: readonly string[] | Path): data is Path {
  return 'root' in data;
}

function ascii(text: string): string {
  const escaped = text.replace(/[^\x20-\x7e]|['\\]/gu, character => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `'${escaped}'`;
}

function strings(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.filter((each: unknown) => typeof each === 'string') : [];
}

function kindOf(kind: unknown): string {
  return typeof kind === 'string' && KINDS.has(kind) ? kind : 'instance';
}
