/** Takes a session back and forth between its states, and says in one line what that changed. */

import { byCharacters } from '../engine/utf8';
import type { Snapshot } from '../worker/messages';
import { compare, fileChanges, inOneLine, SURVEY, surveyOf } from './differences';
import { compareFiles } from './file_differences';
import type { FileDifference } from './file_differences';
import type { Difference, Survey } from './differences';
import { Journey } from './journey';
import type { Inspector } from './journey';
import { asHtml, asText } from './listing';
import type { EarlierSession, SessionStore } from './session_store';
import { isDropped, NoSuchState, placeOf, Timeline } from './timeline';
import type { State } from './timeline';

const SHOWN = 200; // states: a table of thousands keeps a browser busy
const MOST_NAMES = 1_000;
const MOST_TRIED = 20; // states, before a session is given up whose last ones cannot be loaded

/** Makes the session what it was in a snapshot. @throws NoSuchState - It stays what it is. */
export type Go = (snapshot: Snapshot) => Promise<void>;

/** The states of one session, and the ways between them. */
export class TimeTravel {
  #timeline: Timeline | null = null;
  #namesToGive: string[] = [];
  /** Numbers of states of which something else is to be told since somebody emptied it. */
  readonly touched = new Set<number>();

  /**
   * @param inspector - Looks at states beside the session.
   * @param store - Keeps states when the page is left; null where the browser keeps nothing.
   * @param memory - Bytes of states that are kept in memory.
   */
  constructor(
    private readonly inspector: Inspector,
    private readonly store: SessionStore | null,
    private readonly memory: number
  ) {}

  /** Whether there is a session yet. */
  get hasBegun(): boolean {
    return this.#timeline !== null;
  }

  /** The states there are; null before a session has begun. */
  get known(): Timeline | null {
    return this.#timeline;
  }

  /** The id of the session in the store; null if it is not there, or not yet. */
  get session(): string | null {
    return this.store?.storedId ?? null;
  }

  /** @throws NoSuchState - No session has begun. */
  get timeline(): Timeline {
    if (this.#timeline === null) throw new NoSuchState('There is no state yet.');
    return this.#timeline;
  }

  /** A session begins. */
  begin(start: Snapshot): void {
    this.#timeline = new Timeline(start);
    this.store?.begin(this.#timeline.here);
  }

  /** The session was lost and begins anew: a branch from the start. */
  startOver(): void {
    this.timeline.go(this.timeline.get(0));
    this.store?.move(0);
  }

  /**
   * Keep the state that a cell left.
   *
   * @param number - 0 for a cell outside the history.
   * @param cellId - What the front end calls the cell.
   * @returns The number of the state: that of the cell, but where it took up a session that has that number already.
   */
  record(number: number, source: string, failed: boolean, snapshot: Snapshot, cellId: string | null): number {
    if (this.#timeline === null) {
      this.begin(snapshot);
      return 0;
    }
    if (number > 0 && this.#timeline.has(number)) number = this.#timeline.last + 1;
    const names = this.#namesToGive;
    this.#namesToGive = [];
    const state = this.#timeline.record({ number, source, failed, snapshot, cellId });
    const renamed = names.flatMap(name => this.#named(name)).filter(each => each !== state);
    this.store?.keep(state, this.#timeline);
    if (renamed.length > 0) this.store?.rename(renamed);
    this.#dropOldest();
    return number;
  }

  /** Name a state; the states whose names that changes. */
  #named(name: string, named = this.timeline.here): State[] {
    const before = this.timeline.unname(name);
    const state = this.timeline.name(name, named);
    const changed = before === null || before === state ? [state] : [state, before];
    for (const { number } of changed) this.touched.add(number);
    return changed;
  }

  /** Forget what was not asked for longest, but for named states, the present one and what the store has. */
  #dropOldest(): void {
    const timeline = this.timeline;
    let held = 0;
    for (const state of timeline) held += state.snapshot === null ? 0 : state.size;
    for (const state of timeline) {
      if (held <= this.memory) return;
      if (state.snapshot === null || state.number === timeline.current) continue;
      if (state.names.size > 0 && !state.stored) continue;
      state.snapshot = null;
      held -= state.size;
    }
  }

  // Ways

  /** Go back before the last `cells` cells that changed something. @throws NoSuchState */
  undo(cells: number, magics: ReadonlySet<string>, go: Go): Promise<string> {
    return this.#travel(way => this.timeline.back(cells, way.looks), magics, go, true);
  }

  /** Go forward again, over `cells` cells that changed something. @throws NoSuchState */
  redo(cells: number, magics: ReadonlySet<string>, go: Go): Promise<string> {
    return this.#travel(way => this.timeline.forward(cells, way.looks), magics, go, false);
  }

  /** Go to the state with this number or name. @throws NoSuchState */
  restore(text: string, go: Go): Promise<string> {
    return this.#travel(() => Promise.resolve(this.timeline.find(text)), new Set(), go, false);
  }

  /** Go to the state with this number. @throws NoSuchState */
  restoreState(number: number, go: Go): Promise<string> {
    return this.#travel(() => Promise.resolve(this.timeline.get(number)), new Set(), go, false);
  }

  async #travel(
    choose: (way: Journey) => Promise<State>,
    magics: ReadonlySet<string>,
    go: Go,
    back: boolean
  ): Promise<string> {
    const way = new Journey(this.timeline, this.inspector, magics);
    const left = this.timeline.here;
    const state = await choose(way);
    const snapshot = await way.snapshot(state);
    const changed = await this.#changes(way, left, state);
    await go(snapshot);
    this.timeline.go(state);
    this.store?.move(state.number);
    const report = `The session is as it was ${placeOf(state)}: ${way.explain(changed)}.`;
    return report + (back ? way.saidOfPassed() : '');
  }

  async #changes(way: Journey, left: State, state: State): Promise<string> {
    const before = await way.survey(left);
    const now = await way.survey(state);
    const files = fileChanges(await way.snapshot(left), await way.snapshot(state));
    return [inOneLine(compare(before, now)), ...files].join('; ');
  }

  /** How state `second`, by default the present one, differs from `first`. @throws NoSuchState */
  async diff(first: string, second: string | null): Promise<{ variables: Difference; files: FileDifference[] }> {
    const older = this.timeline.find(first);
    const newer = second === null ? this.timeline.here : this.timeline.find(second);
    const was = await this.#look(older);
    const now = await this.#look(newer);
    return { variables: compare(was.survey, now.survey), files: compareFiles(was.snapshot.files, now.snapshot.files) };
  }

  async #look(state: State): Promise<{ snapshot: Snapshot; survey: Survey | null }> {
    const snapshot = await this.inspector.visit(state);
    return { snapshot, survey: surveyOf(await this.inspector.evaluate(SURVEY)) };
  }

  // Names

  /** Name the present state, or the one that the running cell will leave. @throws NoSuchState */
  name(name: string, cellRuns: boolean): string {
    if (!cellRuns) return this.nameState(this.timeline.current, name);
    this.#requireRoom(name);
    this.#namesToGive.push(name);
    return `The state after this cell will be named ${name}.`;
  }

  /** Name any state. @throws NoSuchState */
  nameState(number: number, name: string): string {
    const state = this.timeline.get(number);
    if (isDropped(state)) {
      throw new NoSuchState(`The state ${placeOf(state)} has been dropped: a name would not bring it back.`);
    }
    this.#requireRoom(name);
    const renamed = this.#named(name, state);
    this.store?.rename(renamed);
    return `The state ${placeOf(state)} is now named ${name}.`;
  }

  #requireRoom(name: string): void {
    const known = [...this.timeline.names, ...this.#namesToGive];
    if (known.includes(name) || known.length < MOST_NAMES) return;
    throw new NoSuchState(
      `The state is not named ${name}: this session has ${MOST_NAMES.toLocaleString('en-US')} names already.`
    );
  }

  /** Drop what a state is restored from, to save space. @throws NoSuchState */
  delete(number: number): string {
    const state = this.timeline.get(number);
    if (number === 0 || number === this.timeline.current) {
      throw new NoSuchState(`The state ${placeOf(state)} is not deleted: the start and the present state always stay.`);
    }
    if (state.names.size > 0) {
      const names = [...state.names].sort(byCharacters).join(', ');
      throw new NoSuchState(`The state ${placeOf(state)} is not deleted: it is named ${names}.`);
    }
    state.snapshot = null;
    this.store?.drop(state);
    this.touched.add(number);
    return `The state ${placeOf(state)} is deleted.`;
  }

  /** Take a name away. @throws NoSuchState */
  unname(name: string): string {
    const state = this.timeline.unname(name);
    if (state === null) {
      if (this.#namesToGive.includes(name)) {
        this.#namesToGive = this.#namesToGive.filter(each => each !== name);
        return `No state is named ${name}.`;
      }
      throw new NoSuchState(this.#noName(name));
    }
    this.store?.rename([state]);
    this.touched.add(state.number);
    return `The state ${placeOf(state)} is no longer named ${name}, and can be dropped like any other.`;
  }

  #noName(name: string): string {
    const known = this.timeline.names.sort().slice(0, 20).join(', ');
    return `There is no state named '${name}'. ${known === '' ? 'No state has a name yet.' : `Names: ${known}.`}`;
  }

  /** All states, as text and as a table; only the newest unless `all`. */
  list(all: boolean): { text: string; html: string } {
    const most = all ? null : SHOWN;
    return { text: asText(this.timeline, most), html: asHtml(this.timeline, most) };
  }

  // Earlier sessions

  /** @throws NoSuchState - Nothing is kept here. */
  get earlier(): SessionStore {
    if (this.store === null) {
      throw new NoSuchState('Sessions are not kept here: this browser keeps nothing for this page.');
    }
    return this.store;
  }

  /** The session to resume: the last one of this notebook for null. A text says why there is none. @throws NoSuchState */
  async choose(session: string | null): Promise<EarlierSession | string> {
    const earlier = await this.earlier.sessions();
    if (session === null) {
      return earlier.findLast(info => !info.running) ?? 'there is no earlier session of this notebook.';
    }
    return (
      earlier.find(info => info.id === session) ??
      'there is no such session. %sessions lists the sessions of this notebook.'
    );
  }

  /**
   * Continue where an earlier session stopped, or at the last state before that can be loaded.
   *
   * @returns What to print, and the highest number of the session's cells.
   * @throws NoSuchState - It cannot be taken up: the present session goes on.
   */
  async resume(session: string, go: Go): Promise<{ report: string; last: number; cells: State[] }> {
    const { earlier } = this;
    const timeline = Timeline.of(await earlier.claim(session), 0);
    try {
      return await this.#resume(session, timeline, go);
    } catch (error) {
      if (earlier.id !== session) earlier.disclaim(session);
      throw error;
    }
  }

  async #resume(
    session: string,
    timeline: Timeline,
    go: Go
  ): Promise<{ report: string; last: number; cells: State[] }> {
    const { earlier } = this;
    const before = this.#timeline === null ? null : await this.#look(this.timeline.here);
    timeline.go(timeline.get(await earlier.current(session, timeline)));
    const { snapshot, trouble } = await this.#nearest(session, timeline);
    const here = timeline.here;
    here.snapshot = snapshot;
    const now = await this.#look(here);
    await go(snapshot);
    await earlier.adopt(session, here.number);
    this.#timeline = timeline;
    const changed = inOneLine(compare(before?.survey ?? new Map(), now.survey));
    const files = before === null ? [] : fileChanges(before.snapshot, now.snapshot);
    const report = `${trouble}The session ${session} continues ${placeOf(here)}: ${[changed, ...files].join('; ')}.`;
    return { report, last: timeline.last, cells: [...timeline.wayBack()].reverse() };
  }

  /** What restores the present state of a session, or the nearest before it; and why not the first. */
  async #nearest(session: string, timeline: Timeline): Promise<{ snapshot: Snapshot; trouble: string }> {
    let first: NoSuchState | null = null;
    for (let tried = 0; tried < MOST_TRIED; tried += 1) {
      try {
        const snapshot = await this.inspector.visit(timeline.here, session);
        return { snapshot, trouble: first === null ? '' : `${first.message} ` };
      } catch (error) {
        if (!(error instanceof NoSuchState)) throw error;
        first ??= error;
        if (timeline.here.parent === null) break;
        timeline.go(timeline.get(timeline.here.parent));
      }
    }
    throw first ?? new NoSuchState('Nothing of that session can be read.');
  }

  /** The notebook may have another name now. */
  moved(): void {
    this.store?.moved();
  }

  /** The session ends, when `ended` is fulfilled. */
  close(ended: Promise<void>): void {
    this.store?.close(ended);
  }
}
