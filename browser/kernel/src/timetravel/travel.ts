/** Takes a session back and forth between its states, and says in one line what that changed. */

import type { Snapshot } from '../worker/messages';
import { compare, fileChanges, inOneLine, surveyOf } from './differences';
import type { Difference, Survey } from './differences';
import { Journey } from './journey';
import type { Inspector } from './journey';
import { asHtml, asText } from './listing';
import type { EarlierSession, SessionStore } from './session_store';
import { NoSuchState, placeOf, Timeline } from './timeline';
import type { State } from './timeline';

const SHOWN = 200; // states: a table of thousands keeps a browser busy
const MOST_NAMES = 1_000;

/** Where a magic leads: what to print, and the state that the session has to go to. */
export interface Destination {
  report: string;
  snapshot: Snapshot;
}

/** The states of one session, and the ways between them. */
export class TimeTravel {
  #timeline: Timeline | null = null;
  #namesToGive: string[] = [];

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

  /** Keep the state that a cell left. `number` is 0 for a cell outside the history. */
  record(number: number, source: string, failed: boolean, snapshot: Snapshot): void {
    if (this.#timeline === null) {
      this.begin(snapshot);
      return;
    }
    const names = this.#namesToGive;
    this.#namesToGive = [];
    const state = this.#timeline.record({ number, source, failed, snapshot });
    for (const name of names) this.#timeline.name(name);
    this.store?.keep(state, this.#timeline);
    this.#dropOldest();
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
  undo(cells: number, magics: ReadonlySet<string>): Promise<Destination> {
    return this.#travel(way => this.timeline.back(cells, way.looks), magics, true);
  }

  /** Go forward again, over `cells` cells that changed something. @throws NoSuchState */
  redo(cells: number, magics: ReadonlySet<string>): Promise<Destination> {
    return this.#travel(way => this.timeline.forward(cells, way.looks), magics, false);
  }

  /** Go to the state with this number or name. @throws NoSuchState */
  restore(text: string): Promise<Destination> {
    return this.#travel(() => Promise.resolve(this.timeline.find(text)), new Set(), false);
  }

  async #travel(
    choose: (way: Journey) => Promise<State>,
    magics: ReadonlySet<string>,
    back: boolean
  ): Promise<Destination> {
    const way = new Journey(this.timeline, this.inspector, magics);
    const left = this.timeline.here;
    const state = await choose(way);
    const snapshot = await way.snapshot(state);
    const changed = await this.#changes(way, left, state);
    this.timeline.go(state);
    this.store?.move(state.number);
    const report = `The session is as it was ${placeOf(state)}: ${way.explain(changed)}.`;
    return { report: report + (back ? way.saidOfPassed() : ''), snapshot };
  }

  async #changes(way: Journey, left: State, state: State): Promise<string> {
    const before = await way.survey(left);
    const now = await way.survey(state);
    const files = fileChanges(await way.snapshot(left), await way.snapshot(state));
    return [inOneLine(compare(before, now)), ...files].join('; ');
  }

  /** How state `second`, by default the present one, differs from `first`. @throws NoSuchState */
  async diff(first: string, second: string | null): Promise<{ variables: Difference; files: string[] }> {
    const older = this.timeline.find(first);
    const newer = second === null ? this.timeline.here : this.timeline.find(second);
    const was = await this.#look(older);
    const now = await this.#look(newer);
    return { variables: compare(was.survey, now.survey), files: fileChanges(was.snapshot, now.snapshot) };
  }

  async #look(state: State): Promise<{ snapshot: Snapshot; survey: Survey | null }> {
    const snapshot = await this.inspector.visit(state);
    return { snapshot, survey: surveyOf(await this.inspector.evaluate('__mk_survey(__mk_b_locals())')) };
  }

  // Names

  /** Name the present state, or the one that the running cell will leave. @throws NoSuchState */
  name(name: string, cellRuns: boolean): string {
    const known = [...this.timeline.names, ...this.#namesToGive];
    if (!known.includes(name) && known.length >= MOST_NAMES) {
      throw new NoSuchState(
        `The state is not named ${name}: this session has ${MOST_NAMES.toLocaleString('en-US')} names already.`
      );
    }
    if (cellRuns) {
      this.#namesToGive.push(name);
      return `The state after this cell will be named ${name}.`;
    }
    const state = this.timeline.name(name);
    this.store?.rename(state);
    return `The state ${placeOf(state)} is now named ${name}.`;
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
    this.store?.rename(state);
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

  /** Continue where an earlier session stopped. @throws NoSuchState - It cannot be taken up. */
  async resume(session: EarlierSession): Promise<Destination & { count: number }> {
    const states = await this.earlier.states(session.id);
    const timeline = Timeline.of(states, session.current);
    const here = timeline.here;
    const snapshot = await this.inspector.visit(here, session.id);
    const before = this.#timeline;
    const was = before === null ? null : await this.#look(before.here);
    const now = await this.#look(here);
    await this.earlier.adopt(session.id);
    this.#timeline = timeline;
    here.snapshot = snapshot;
    const changed = compare(was?.survey ?? new Map(), now.survey);
    const files = was === null ? [] : fileChanges(was.snapshot, now.snapshot);
    const report = `The session ${session.id} continues ${placeOf(here)}: ${[inOneLine(changed), ...files].join('; ')}.`;
    return { report, snapshot, count: Math.max(0, ...states.map(state => state.number)) };
  }

  /** Take the page's states to disk, as far as they are not there. */
  close(): void {
    this.store?.close();
  }
}
