/**
 * One way through the states of a session, which finds out on it which cells changed nothing.
 *
 * Two things prove that. The source of a cell only looks at what is plain data in the state before it. Or two states are
 * the same in every part. Whatever neither proves counts as a change. States are looked at in a worker of its own, so
 * that the session itself is not touched.
 */

import type { Module } from '../source/tree';
import type { Snapshot } from '../worker/messages';
import { compare, listed, notCompared, SAME, sameFiles, SURVEY, surveyOf } from './differences';
import type { Survey } from './differences';
import { isOne, look, withoutMagics } from './looks';
import type { Look } from './looks';
import type { State, Timeline } from './timeline';

/** Looks at states, in a session beside the person's. */
export interface Inspector {
  /**
   * Be what the session was in a state; `session`: whose it is, if it is stored for another.
   *
   * @throws NoSuchState
   */
  visit(state: State, session?: string): Promise<Snapshot>;
  /** The value of an expression over the prelude's functions in that state; undefined if it has none. */
  evaluate(expression: string): Promise<unknown>;
  /** The tree of a cell; null if it cannot be parsed. */
  tree(source: string): Promise<Module | null>;
}

/** What a state consists of. By name; "?" for what cannot be compared. */
type Anatomy = ReadonlyMap<string, string>;

/** One way, from the present state. */
export class Journey {
  /** The states whose cells changed nothing, the newest first. */
  readonly passed: State[] = [];

  #at: State | null = null;
  #snapshots = new Map<number, Snapshot>();
  #surveys = new Map<number, Survey | null>();
  #anatomies = new Map<number, Anatomy | null>();
  #looks = new Map<number, Look | null>();
  #doubt: string[] = [];
  #unseen: string[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly inspector: Inspector,
    /** The line magics that only look. */
    private readonly magics: ReadonlySet<string>
  ) {}

  /** The snapshot of a state. @throws NoSuchState */
  async snapshot(state: State): Promise<Snapshot> {
    const known = this.#snapshots.get(state.number);
    if (known !== undefined) return known;
    return this.#visit(state);
  }

  async #visit(state: State): Promise<Snapshot> {
    const known = this.#snapshots.get(state.number);
    if (this.#at === state && known !== undefined) return known;
    const snapshot = await this.inspector.visit(state);
    this.#at = state;
    this.#snapshots.set(state.number, snapshot);
    return snapshot;
  }

  /** The variables of a state; null if they cannot be looked at. @throws NoSuchState */
  async survey(state: State): Promise<Survey | null> {
    const known = this.#surveys.get(state.number);
    if (known !== undefined) return known;
    await this.#visit(state);
    const survey = surveyOf(await this.inspector.evaluate(SURVEY));
    this.#surveys.set(state.number, survey);
    return survey;
  }

  /** Whether it is proved that the cell of a state changed nothing. @throws NoSuchState */
  readonly looks = async (state: State): Promise<boolean> => {
    this.#doubt = [];
    this.#unseen = [];
    state.look ??= (await this.#onlyLooks(state)) || (await this.#isTheSame(state));
    if (state.look && !this.passed.includes(state)) this.passed.push(state);
    return state.look;
  };

  async #onlyLooks(state: State): Promise<boolean> {
    const first = await this.#look(state);
    if (first === null) return false;
    if (first.data.size === 0 && first.modules.size === 0) return true;
    const row = await this.#row(state);
    if (await this.#areLooks(row)) {
      for (const [each] of row) each.look = true;
      return true;
    }
    return row.length > 1 && (await this.#areLooks(row.slice(0, 1)));
  }

  /** A state and those before it, as long as the source of their cells may only look. */
  async #row(state: State): Promise<[State, Look][]> {
    const row: [State, Look][] = [];
    for (let here = state; here.parent !== null && here.look !== false; here = this.timeline.get(here.parent)) {
      const found = await this.#look(here);
      if (found === null) break;
      row.push([here, found]);
    }
    return row;
  }

  async #look(state: State): Promise<Look | null> {
    const known = this.#looks.get(state.number);
    if (known !== undefined) return known;
    const text = withoutMagics(state.source, this.magics);
    const tree = state.source === '' ? null : await this.inspector.tree(text);
    const found = tree === null ? null : look(tree);
    this.#looks.set(state.number, found);
    return found;
  }

  /** Whether these cells, the newest first, changed nothing: none did if all they name was plain before them. */
  async #areLooks(row: readonly [State, Look][]): Promise<boolean> {
    const names = [...new Set(row.flatMap(([, found]) => [...found.data, ...found.modules]))].sort();
    const before = row.at(-1)?.[0].parent ?? null;
    if (before === null) return false;
    if (names.length === 0) return true;
    await this.#visit(this.timeline.get(before));
    const quick = this.#has('defaultdict') ? 'False' : 'True';
    const kinds = await this.inspector.evaluate(`__mk_steady(__mk_b_locals(), ${JSON.stringify(names)}, ${quick})`);
    return kinds instanceof Map && row.every(([, found]) => isOne(found, kinds));
  }

  /** Whether a state is the one before it in every part. */
  async #isTheSame(state: State): Promise<boolean> {
    if (state.parent === null) return false;
    const before = this.timeline.get(state.parent);
    const found = compare(await this.survey(before), await this.survey(state));
    if (found.added.length + found.changed.length + found.removed.length > 0) return false;
    const here = await this.#anatomy(state);
    const there = await this.#anatomy(before);
    if (here === null || there === null) return false;
    const shared = [...new Set([...here.keys(), ...there.keys()])].filter(
      name => !name.startsWith('Out[') || (here.has(name) && there.has(name))
    );
    this.#doubt = shared
      .filter(name => !name.startsWith('Out[') && (here.get(name) === '?' || there.get(name) === '?'))
      .sort();
    this.#unseen = shared.filter(name => here.get(name) !== there.get(name)).sort();
    const files = sameFiles(await this.snapshot(state), await this.snapshot(before));
    return this.#doubt.length === 0 && this.#unseen.length === 0 && files;
  }

  async #anatomy(state: State): Promise<Anatomy | null> {
    const known = this.#anatomies.get(state.number);
    if (known !== undefined) return known;
    await this.#visit(state);
    const flags = [this.#has('random'), this.#has('decimal')].map(each => (each ? 'True' : 'False')).join(', ');
    const answer = await this.inspector.evaluate(`__mk_proof(__mk_b_locals(), ${flags})`);
    if (this.#has('random')) this.#at = null; // asking may have seeded the generator of random numbers
    const isAnatomy = answer instanceof Map && [...answer.values()].every(each => typeof each === 'string');
    const anatomy = isAnatomy ? (answer as Map<string, string>) : null;
    this.#anatomies.set(state.number, anatomy);
    return anatomy;
  }

  /** Whether any cell has a word, or might have it in other letters or in a text that it runs. */
  #has(word: string): boolean {
    return [...this.timeline].some(({ source }) => source.includes(word) || /exec|eval|[^\x00-\x7f]/.test(source));
  }

  // What the report says of it

  /** The report of what changed. If it has nothing to tell, why the cell that was undone counts all the same. */
  explain(report: string): string {
    if (report !== SAME) return report;
    return notCompared(this.#doubt) || (this.#unseen.length > 0 ? `changed: ${listed(this.#unseen)}` : report);
  }

  /** One more sentence, about the cells that were passed over; empty without any. */
  saidOfPassed(): string {
    if (this.passed.length === 0) return '';
    const cells = this.passed
      .map(state => (state.number > 0 ? `In[${state.number}]` : `the cell '${state.label}'`))
      .reverse();
    return ` ${listed(cells)} changed nothing, so ${cells.length === 1 ? 'it was' : 'they were'} passed over.`;
  }
}
