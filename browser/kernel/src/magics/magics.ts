/** The table of magics: finds a magic, turns it into code, and answers questions about magics. */

import { firstCharacters, partition } from '../source/python_text';
import { closeMatch } from './close_matches';
import { FAMILIES, MEANT, optionsOf, parse, typed } from './declared';
import { CELLS, hostCall, LINES } from './rewrites';
import { BadCode, shortened, UsageError } from './usage';
import type { CellRewrite, MagicTable, Rewrite } from '../source';
import type { Declared, Family, Kin, Parsed } from './declared';

/** The names under which the host raises what is wrong with a magic when the cell reaches it. */
export const USAGE = '!usage';
export const SYNTAX = '!syntax';

/** A magic, and what it was given. */
export interface Called {
  readonly magic: Declared;
  readonly parsed: Parsed;
}

/** All magics. All text comes from a notebook: it is parsed, never evaluated here. */
export class Magics implements MagicTable {
  readonly #line = new Map<string, Declared>();
  readonly #cell = new Map<string, Declared>();
  readonly #refused = new Map<string, string>();

  constructor(private readonly families: readonly Family[] = FAMILIES) {
    for (const family of families) {
      for (const [name, reason] of Object.entries(family.refused)) this.#refused.set(name, reason);
      for (const magic of family.magics) (magic.kind === 'cell' ? this.#cell : this.#line).set(magic.name, magic);
    }
  }

  // What becomes code

  line(name: string, args: string): Rewrite {
    try {
      const magic = this.#findLine(name, args);
      const parsed = parse(magic, args);
      if (magic.kind === 'action') return { action: { name, args, changes: magic.changes } };
      if (magic.kind === 'host') return { before: hostCall(name, args), isExpression: true };
      return made(LINES, name)(parsed);
    } catch (error) {
      if (error instanceof UsageError) return { before: hostCall(USAGE, error.message), isExpression: true };
      if (!(error instanceof BadCode)) throw error;
      return { before: hostCall(SYNTAX, error.message), isExpression: true, blame: error.span };
    }
  }

  cell(name: string, args: string, body: string): CellRewrite {
    try {
      const magic = this.#findCell(name);
      return made(CELLS, name)(parse(magic, args), body);
    } catch (error) {
      if (error instanceof UsageError) return { before: hostCall(USAGE, error.message), keepBody: false };
      if (!(error instanceof BadCode)) throw error;
      const blamed = error.inBody ? { blameBody: error.span } : { blameArgs: error.span };
      return { before: hostCall(SYNTAX, error.message), keepBody: false, ...blamed };
    }
  }

  // What the host runs

  /** A host magic that a cell reached. Throws UsageError. */
  host(name: string, args: string): Called {
    const magic = this.#line.get(name);
    // a cell may call __mk_magic itself
    if (magic?.kind !== 'host') throw new UsageError(`%${shortened(name)} has nothing to run on the host`);
    return { magic, parsed: parse(magic, args) };
  }

  /** An action that `line` returned. Throws UsageError. */
  action(name: string, args: string): Called {
    const magic = this.#line.get(name);
    if (magic?.kind !== 'action') throw new UsageError(`%${shortened(name)} is no action`);
    return { magic, parsed: parse(magic, args) };
  }

  /** What a line magic was given that the worker left to the page. Throws UsageError. */
  parsed(name: string, args: string): Parsed {
    const magic = this.#line.get(name);
    if (magic === undefined) throw new UsageError(`There is no magic %${shortened(name)} here.`);
    return parse(magic, args);
  }

  /** The magic that `get_ipython().run_line_magic(name, args)` runs; text: both, on two lines. Throws UsageError. */
  calledLine(text: string): Called {
    const [name, , args] = partition(text, '\n');
    const magic = this.#findLine(name, args);
    if (magic.kind === 'line' || (magic.kind === 'action' && !magic.midCell)) {
      const wanted = shortened(`%${name} ${args}`.trim());
      throw new UsageError(`%${name} cannot be called from within a cell: write ${wanted} on a line of its own.`);
    }
    return { magic, parsed: parse(magic, args) };
  }

  /** The code that `get_ipython().run_cell_magic(name, args, body)` runs. Throws UsageError and BadCode. */
  calledCell(text: string): string {
    const [name, , rest] = partition(text, '\n');
    const [args, , body] = partition(rest, '\n');
    const magic = this.#findCell(name);
    const rewrite = made(CELLS, name)(parse(magic, args), body);
    if (rewrite.keepBody !== false) {
      throw new UsageError(`%%${name} cannot be called from within a cell: put it on the first line of a cell.`);
    }
    return rewrite.before ?? '';
  }

  // Questions about magics

  /** Families by title: each magic as it is typed, with what it does in one sentence. */
  groups(): [title: string, rows: [typed: string, summary: string][]][] {
    return this.families.map(family => [
      family.title,
      family.magics.filter(magic => /^\p{L}/u.test(magic.name)).map(magic => [typed(magic), magic.summary])
    ]);
  }

  /** The names of the line magics that only look at the session. */
  get looking(): Set<string> {
    return new Set([...this.#line.values()].filter(magic => magic.looks).map(magic => magic.name));
  }

  /** The names of the line magics, without `%`. */
  lineNames(): string[] {
    return [...this.#line.keys()].filter(name => /^\p{L}/u.test(name)).sort();
  }

  /** The names of the cell magics, without `%%`. */
  cellNames(): string[] {
    return [...this.#cell.keys()].sort();
  }

  /** The options of a magic as they are typed; empty for an unknown magic. `name` may begin with `%` or `%%`. */
  options(name: string): string[] {
    return [...new Set(this.#named(name).flatMap(optionsOf))].sort();
  }

  /** What the arguments of a magic may begin with; empty if they may be anything. */
  words(name: string): string[] {
    return this.#named(name).flatMap(magic => [
      ...magic.words,
      ...magic.arguments.flatMap(argument => argument.choices ?? [])
    ]);
  }

  /** What else the arguments of a magic may be, which only the session knows. */
  kin(name: string): Kin {
    return this.#named(name)[0]?.kin ?? '';
  }

  /** Whether the arguments of a magic are Python. */
  takesPython(name: string): boolean {
    return this.#named(name).some(magic => magic.takesPython);
  }

  /** The help page of a magic, or why it is refused. `name` may begin with `%` or `%%`. */
  help(name: string): string | null {
    const pages = this.#named(name).map(magic => magic.help);
    return pages.length > 0 ? pages.join('\n\n') : (this.#refused.get(name.replace(/^%+/, '')) ?? null);
  }

  #named(name: string): Declared[] {
    const bare = name.replace(/^%+/, '');
    const tables = name.startsWith('%%') ? [this.#cell] : [this.#line, this.#cell];
    return tables.flatMap(table => table.get(bare) ?? []);
  }

  #findLine(name: string, args: string): Declared {
    if (name === '=') throw new UsageError(`${sign(args)} has no value to assign`);
    if (name === 'alone') {
      throw new UsageError(`${sign(args)} acts on the session: put it on a line of its own, not inside a block`);
    }
    if (name.startsWith('%')) throw new UsageError(`%${shortened(name)} must be the first line of its cell`);
    const found = this.#line.get(name);
    if (found !== undefined) return found;
    const refused = this.#refused.get(name);
    if (refused !== undefined) throw new UsageError(`${sign(name)}: ${refused}`);
    const also = this.#cell.has(name) ? ` The cell magic %%${name} exists: put it on the first line.` : '';
    throw new UsageError(`There is no magic %${shortened(name)} here.${also || this.#nearest('%', name)}`);
  }

  #findCell(name: string): Declared {
    const found = this.#cell.get(name);
    if (found !== undefined) return found;
    const refused = this.#refused.get(name);
    if (refused !== undefined) throw new UsageError(`${sign(name, '%%')}: ${refused}`);
    const also = this.#line.has(name) ? ` The line magic %${name} exists.` : '';
    throw new UsageError(`There is no cell magic %%${shortened(name)} here.${also || this.#nearest('%%', name)}`);
  }

  #nearest(mark: string, name: string): string {
    const meant = mark === '%' ? MEANT.get(name) : undefined;
    if (meant !== undefined) return ` Did you mean %${meant}?`;
    const known = mark === '%%' ? this.cellNames() : this.lineNames();
    const near = closeMatch(firstCharacters(name, 100), known, 0.7);
    return near === null ? ' %lsmagic lists all magics.' : ` Did you mean ${mark}${near}?`;
  }
}

function made<F>(table: ReadonlyMap<string, F>, name: string): F {
  const found = table.get(name);
  if (found === undefined) throw new Error(`nothing makes code of the magic ${name}`);
  return found;
}

function sign(name: string, mark = '%'): string {
  if (name === '?' || name === '??') return `name${name}`;
  return name === '!' ? '!command' : shortened(mark + name);
}
