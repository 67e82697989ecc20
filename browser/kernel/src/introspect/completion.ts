/** Answers Tab with what may be inserted at the cursor, and only with what exists in Monty. */

import { repr, rstrip } from '../source/python_text';
import { identifierBefore, primaryBefore, surroundings } from './cursor';
import { definitionIn } from './definitions';
import {
  argumentsOf,
  attributesOf,
  attributesOfClass,
  BUILTINS,
  docOf,
  isModule,
  KEYWORDS,
  membersOf,
  modulesIn,
  SUPPLIED,
  typeKey
} from './facts';
import { pathOf } from './live';
import { asPython, boundNames, magicPlace } from './place';
import type { CellSource } from '../source/index';
import type { Magics } from '../magics/magics';
import type { Kin } from '../magics/declared';
import type { Opened, Surroundings } from './cursor';
import type { Live, Path } from './live';
import type { MagicPlace } from './place';

/** Texts that may replace a span, with their kinds. Offsets count UTF-16 units. */
export interface Found {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly kinds: ReadonlyMap<string, string>;
}

const MOST = 2_000;
const LONGEST_CALL = 2_000; // characters of a call that are read before the cursor
const POSITIONAL_OR_KEYWORD = 1;
const KEYWORD_ONLY = 3;

/** What the completer asks besides. */
export interface Known {
  readonly live: Live;
  readonly magics: Magics;
  /** The cells that led to the session, oldest first. */
  cells(): readonly CellSource[];
  /** The states, or the names of states, that a magic's argument may be. */
  kin(kin: Kin): readonly string[];
}

export class Completer {
  #names = new Map<string, string>(); // as the session had them when it was idle

  constructor(private readonly known: Known) {}

  async complete(code: string, cursor: number): Promise<Found> {
    const magic = this.#magicPlace(code, cursor);
    if (magic === null) return this.#python(code, cursor);
    const typed = code.slice(magic.start, cursor);
    const { magics } = this.known;
    if (magic.part !== 'python') return this.#ofMagic(magic, typed, cursor);
    if (magic.name !== '' && (magics.words(magic.name).length > 0 || !magics.takesPython(magic.name))) {
      const { name } = magic;
      return ofWords(
        [...magics.words(name), ...this.known.kin(magics.kin(name)), ...magics.options(name)],
        typed,
        cursor
      );
    }
    const before = asPython(code.slice(0, magic.start));
    const head = before.slice(0, before.lastIndexOf('\n') + 1);
    const shift = magic.start - head.length;
    const found = await this.#python(head + code.slice(magic.start), cursor - shift);
    return { ...found, start: found.start + shift, end: found.end + shift };
  }

  #magicPlace(code: string, cursor: number): MagicPlace | null {
    const found = magicPlace(code, cursor);
    if (found === null || found.first) return found;
    const lineStart = cursor === 0 ? 0 : code.lastIndexOf('\n', cursor - 1) + 1;
    return surroundings(asPython(code.slice(0, lineStart)), lineStart).stack.length > 0 ? null : found;
  }

  #ofMagic(magic: MagicPlace, typed: string, cursor: number): Found {
    const { magics } = this.known;
    let texts: string[] = [];
    if (magic.part === 'name') {
      if (magic.sigil === '%') texts.push(...magics.lineNames().map(name => `%${name}`));
      if (magic.first) texts.push(...magics.cellNames().map(name => `%%${name}`));
      texts = texts.filter(text => text.replace(/^%+/, '').startsWith(magic.name));
    } else if (magic.part === 'option') {
      texts = magics.options(magic.name).filter(text => text.startsWith(typed));
    }
    const bare = (text: string): string => text.replace(/^[%-]+/, '');
    texts.sort((one, other) => compared(bare(one), bare(other)) || one.length - other.length);
    return answer(texts, magic.start, cursor, () => 'magic');
  }

  async #python(code: string, cursor: number): Promise<Found> {
    const lineStart = cursor === 0 ? 0 : code.lastIndexOf('\n', cursor - 1) + 1;
    const text = asPython(code.slice(0, lineStart)) + code.slice(lineStart);
    const around = surroundings(text, cursor);
    const inside = around.stack.at(-1);
    const nothing = answer([], cursor, cursor, () => '');
    if (inside?.kind === 'comment' || inside?.kind === 'template' || inside?.kind === 'spec') return nothing;
    const start = identifierBefore(text, cursor);
    const prefix = text.slice(start, cursor);
    if (inside?.kind === 'string' || /^\d/.test(prefix)) return this.#keys(text, around);
    const imported = importable(text.slice(around.lineStart, start), around);
    if (imported !== null) return ofKinds(imported, prefix, start, cursor);
    const before = rstrip(text.slice(0, start));
    if (before.endsWith('.') && !before.endsWith('..')) {
      return ofKinds(await this.#attributes(text, before.length - 1, around, prefix), prefix, start, cursor);
    }
    if (/(?:^|[^\p{L}\p{N}_.])(?:def|class|as)[ \t]+$/u.test(text.slice(Math.max(0, start - 40), start)))
      return nothing;
    const names = ofKinds(await this.#visible(text, around, start, prefix), prefix, start, cursor);
    if (prefix !== '' || inside?.kind !== '[') return names;
    const keys = await this.#keys(text, around);
    return { ...names, matches: [...keys.matches, ...names.matches], kinds: new Map([...names.kinds, ...keys.kinds]) };
  }

  async #visible(text: string, around: Surroundings, start: number, prefix: string): Promise<Map<string, string>> {
    let live = await this.known.live.names('');
    if (live === null) {
      live = new Map(this.#names);
      for (const cell of this.known.cells().slice(-1)) {
        for (const name of boundNames(asPython(cell.text))) live.set(name, live.get(name) ?? 'instance');
      }
    } else this.#names = live;
    const found = new Map(Object.entries({ ...SUPPLIED, ...BUILTINS }));
    for (const word of KEYWORDS) found.set(word, 'keyword');
    for (const [name, kind] of live) found.set(name, kind);
    for (const name of boundNames(asPython(text))) if (name !== prefix && !found.has(name)) found.set(name, 'instance');
    for (const name of await this.#arguments(text, around, start)) found.set(`${name}=`, 'param');
    return found;
  }

  // Attributes

  async #attributes(text: string, dot: number, around: Surroundings, prefix: string): Promise<Map<string, string>> {
    const expression = text.slice(primaryBefore(text, dot, around), dot).trim();
    const literal = literalType(expression);
    if (literal !== null) return new Map(Object.entries(attributesOf(literal) ?? {}));
    const path = pathOf(expression);
    if (path === null) return new Map();
    const look = await this.known.live.look(path);
    if (look === null) {
      const unimported = path.steps.length === 0 && new RegExp(`\\bimport\\b.*\\b${path.root}\\b`).test(text);
      return new Map(unimported ? Object.entries(membersOf(path.root) ?? {}) : []);
    }
    if (look.kind === 'function') return new Map(Object.entries(attributesOf('function') ?? {}));
    if (look.kind === 'module') {
      const members = membersOf(look.name) ?? membersOf(path.root);
      if (members !== undefined) return new Map(Object.entries(members));
    }
    const isClass = look.kind === 'class';
    const own = definitionIn(this.known.cells(), isClass ? look.name : look.typeName);
    const known = isClass ? attributesOfClass(look.name) : attributesOf(look.typeName);
    if (own === null && look.fields.length === 0 && known !== undefined) return new Map(Object.entries(known));
    return this.#had(path, [...(own?.attributes ?? []), ...look.fields], prefix, isClass ? [] : look.fields);
  }

  /** Those of the names that cells and a value's fields suggest which the value has. */
  async #had(
    path: Path,
    own: readonly string[],
    prefix: string,
    fields: readonly string[]
  ): Promise<Map<string, string>> {
    const candidates = new Set(own);
    for (const { text } of this.known.cells()) {
      for (const match of text.matchAll(/\.([\p{L}_][\p{L}\p{N}_]*)|\bdef[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gu)) {
        candidates.add(match[1] ?? match[2] ?? '');
      }
    }
    if (prefix.startsWith('_'))
      for (const name of ['__class__', '__doc__', '__name__', '_fields']) candidates.add(name);
    const had = await this.known.live.members(
      path,
      [...candidates].filter(name => name.startsWith(prefix.charAt(0)))
    );
    return new Map([...had, ...fields].map(name => [name, 'instance']));
  }

  // Inside brackets

  async #arguments(text: string, around: Surroundings, start: number): Promise<string[]> {
    const call = around.stack.at(-1);
    if (call?.kind !== '(') return [];
    const given = text.slice(Math.max(call.start + 1, start - LONGEST_CALL), start);
    if (!/(?:^|,)\s*$/.test(given)) return [];
    const callee = text.slice(primaryBefore(text, call.start, around), call.start).trim();
    if (callee === '') return [];
    const used = new Set([...given.matchAll(/([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/gu)].map(match => match[1]));
    const positional = given
      .split(',')
      .filter(each => each.trim() !== '' && !/^\s*[\p{L}_][\p{L}\p{N}_]*\s*=(?!=)/u.test(each));
    const parameters = await this.#parameters(callee);
    return parameters
      .filter(([name, kind], index) => !used.has(name) && (kind === KEYWORD_ONLY || index >= positional.length))
      .map(([name]) => name);
  }

  async #parameters(callee: string): Promise<(readonly [string, number])[]> {
    const path = pathOf(callee);
    const last = path?.steps.at(-1);
    if (path === null || last?.[0] === '[') return [];
    const look = await this.known.live.look(path);
    const member = last?.[1];
    if (typeof member === 'string') {
      const owner = await this.known.live.look({ root: path.root, steps: path.steps.slice(0, -1) });
      if (owner === null) return [];
      const type = owner.kind === 'module' || owner.kind === 'class' ? owner.name : owner.typeName;
      const own = definitionIn(this.known.cells(), type, member);
      if (own !== null) return keywords(own.parameters);
      return accepted(`${owner.kind === 'module' ? type : typeKey(type)}.${member}`);
    }
    const own = definitionIn(this.known.cells(), look?.name === undefined || look.name === '' ? path.root : look.name);
    if (own !== null) return keywords(own.parameters);
    if (look?.fields.length) return keywords(look.fields);
    return accepted(look === null || look.name === '' ? path.root : typeKey(look.name));
  }

  async #keys(text: string, around: Surroundings): Promise<Found> {
    const { cursor, stack } = around;
    const string = stack.at(-1)?.kind === 'string' ? stack.at(-1) : undefined;
    const bracket = string === undefined ? stack.at(-1) : stack.at(-2);
    const nothing = answer([], cursor, cursor, () => '');
    if (bracket?.kind !== '[') return nothing;
    const path = pathOf(text.slice(primaryBefore(text, bracket.start, around), bracket.start));
    if (path === null) return nothing;
    const after = text.slice(cursor, cursor + 100).split('\n')[0] ?? '';
    if (string !== undefined) {
      const between = text.slice(bracket.start + 1, string.start);
      if (between.trim() !== '' || string.quote.length !== 1 || !/^[ru]?$/i.test(string.prefix)) return nothing;
      const start = string.start + string.prefix.length + 1;
      const prefix = text.slice(start, cursor);
      const keys = (await this.known.live.keys(path, prefix)) ?? [];
      const texts = keys.filter(key => typeof key === 'string').map(key => typedKey(key, string, after));
      return answer(texts, start, cursor, () => 'instance');
    }
    const typed = text.slice(bracket.start + 1, cursor).trim();
    if (typed !== '' && !/^-?\d+$/.test(typed)) return nothing;
    const keys = (await this.known.live.keys(path, '')) ?? [];
    const closing = after.trimStart().startsWith(']') ? '' : ']';
    const texts = keys
      .filter(key => typed === '' || (typeof key === 'number' && String(key).startsWith(typed)))
      .map(key => (typeof key === 'string' ? repr(key) : String(key)) + closing);
    return answer(texts, cursor - typed.length, cursor, () => 'instance');
  }
}

function keywords(names: readonly string[]): (readonly [string, number])[] {
  return names.map(name => [name, POSITIONAL_OR_KEYWORD]);
}

/** The parameters of a function of Monty's that it accepts by their names. */
async function accepted(name: string): Promise<(readonly [string, number])[]> {
  const known = new Set(argumentsOf(name));
  const documented = (await docOf(name))?.[3] ?? [];
  const found = documented.filter(
    ([each, kind]) => known.has(each) && (kind === POSITIONAL_OR_KEYWORD || kind === KEYWORD_ONLY)
  );
  return found.length > 0 ? found : [...known].map(each => [each, KEYWORD_ONLY] as const);
}

/** The type of an expression that is a literal; null if it is none. */
export function literalType(expression: string): string | null {
  const string = /^[rRuUfFtT]?([bB]?)[rR]?['"]/.exec(expression);
  if (string !== null && /['"]$/.test(expression)) return string[1] === '' ? 'str' : 'bytes';
  if (/^\[.*\]$/s.test(expression)) return 'list';
  return null;
}

/** The names that may stand in an import; null elsewhere. */
function importable(typed: string, around: Surroundings): Map<string, string> | null {
  if (around.stack.some(each => each.kind !== '(')) return null;
  const from = /^\s*from\s+([\w.]+)\s+import\b\s*\(?([\w\s,]*)$/.exec(typed);
  if (from !== null) {
    if (!/(?:^|,)\s*$/.test(from[2] ?? '')) return new Map();
    const module = from[1] ?? '';
    const below = modulesIn(module).map((name): [string, string] => [name, 'module']);
    return new Map([...below, ...Object.entries(isModule(module) ? (membersOf(module) ?? {}) : {})]);
  }
  if (around.stack.length > 0) return null;
  const module =
    /^\s*from\s+(?:([\w.]*)\.)?$/.exec(typed) ??
    /^\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*(?:([\w.]*)\.)?$/.exec(typed);
  if (module !== null) return new Map(modulesIn(module[1] ?? '').map(name => [name, 'module']));
  if (/^\s*from\s+[\w.]+\s+$/.test(typed)) return new Map([['import', 'keyword']]);
  return /^\s*(?:from|import)\s/.test(typed) ? new Map() : null;
}

/** A key as it is typed between these quotes, with the closing quote and bracket if they are missing. */
function typedKey(key: string, string: Opened, after: string): string {
  const { quote, prefix } = string;
  const escaped = /r/i.test(prefix) ? key : repr(key).slice(1, -1).replace(/\\'/g, "'").replaceAll(quote, `\\${quote}`);
  if (after.startsWith(quote)) return escaped;
  return escaped + quote + (after.trimStart().startsWith(']') ? '' : ']');
}

/** The words that complete the last typed one. Each word may be used once. */
function ofWords(words: readonly string[], typed: string, cursor: number): Found {
  const before = typed.split(' ');
  const last = before.pop() ?? '';
  const shown = words.filter(word => word.startsWith(last) && !before.some(each => each.startsWith(word)));
  return answer(shown, cursor - last.length, cursor, () => 'magic');
}

/** The names that begin with a prefix. Those with a leading underscore appear only if it has one too. */
function ofKinds(found: ReadonlyMap<string, string>, prefix: string, start: number, end: number): Found {
  const shown = [...found.keys()].filter(
    name => !name.startsWith('__mk_') && (prefix.startsWith('_') || !name.startsWith('_'))
  );
  let matching = shown.filter(name => name.startsWith(prefix));
  if (matching.length === 0) {
    const folded = prefix.toLowerCase();
    matching = shown.filter(name => name.toLowerCase().startsWith(folded));
  }
  const rank = (name: string): number =>
    (found.get(name) === 'param' ? 0 : 4) + (name.startsWith('__') ? 2 : name.startsWith('_') ? 1 : 0);
  matching.sort(
    (one, other) => rank(one) - rank(other) || compared(one.toLowerCase(), other.toLowerCase()) || compared(one, other)
  );
  return answer(matching.slice(0, MOST), start, end, name => found.get(name) ?? 'instance');
}

function answer(matches: readonly string[], start: number, end: number, kind: (text: string) => string): Found {
  const unique = [...new Set(matches)];
  return { matches: unique, start, end, kinds: new Map(unique.map(text => [text, kind(text)])) };
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
