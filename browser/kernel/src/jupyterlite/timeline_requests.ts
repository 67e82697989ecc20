/** Answers what front ends ask about the states of the session, on control; docs/protocol.md describes the requests. */

import { repr, thousands } from '../source/python_text';
import { changesData, entriesOf, MOST_ENTRIES, variablesData } from '../timetravel/descriptions';
import { ACTIONS, MOST_CELLS, Refused } from '../timetravel/timeline_acts';
import { NoSuchState, STATE_NAME, STATE_NAME_IS } from '../timetravel/timeline';
import type { Entries } from '../timetravel/descriptions';
import type { Act, Action } from '../timetravel/timeline_acts';
import type { State } from '../timetravel/timeline';
import type { CellQueue } from './cell_queue';
import type { GrantsData } from './grants_data';
import type { KnownStates } from './known_states';
import type { Travel } from './parts';
import type { TimelineComms } from './timeline_comms';

type Content = Readonly<Record<string, unknown>>;

/** Milliseconds that an answer waits for the state of a cell that has just been answered, unless another cell runs. */
const SETTLING = 30;

/** Milliseconds that an answer waits for a state to be looked into. */
const LOOKING = 1_000;

/** Travels that wait for each other. */
const MOST_UNDER_WAY = 16;

/** The content of a request is not what it has to be; the message says what is wrong. */
class BadRequest extends Error {}

export class TimelineRequests {
  #underWay = 0;
  readonly #kinds: Readonly<Record<string, (content: Content) => object | Promise<object>>> = {
    tree: () => this.states.tree(),
    variables: content => this.#variables(content),
    diff: content => this.#diff(content),
    source: content => this.#source(content),
    grants: () => this.grants()
  };

  /**
   * @param grants - What the notebook may reach now.
   * @param queue - The cells that wait.
   * @param comms - Whoever is told where the session goes.
   */
  constructor(
    private readonly states: KnownStates,
    private readonly grants: () => GrantsData,
    private readonly travel: Travel,
    private readonly queue: CellQueue,
    private readonly comms: TimelineComms
  ) {}

  /** The content of a `timeline_reply`. */
  reply(content: Content): Promise<Record<string, unknown>> {
    return this.#answered(async () => {
      const { what = 'tree' } = content;
      const kinds = this.#kinds;
      const kind = typeof what === 'string' && Object.hasOwn(kinds, what) ? kinds[what] : undefined;
      if (kind === undefined) throw new BadRequest(`'what' must be one of: ${Object.keys(kinds).join(', ')}`);
      await this.states.settled(SETTLING);
      return kind(content);
    });
  }

  /** The content of a `timeline_act_reply`. */
  act(content: Content): Promise<Record<string, unknown>> {
    return this.#answered(async () => {
      const report = await this.#done(actOf(content));
      this.comms.cellEnded();
      return { report };
    });
  }

  async #answered(work: () => Promise<object>): Promise<Record<string, unknown>> {
    try {
      const answer = await work();
      return { status: 'ok', present: this.states.present, ...answer };
    } catch (error) {
      const ename = nameOf(error);
      if (ename === null || !(error instanceof Error)) throw error;
      return { status: 'error', ename, evalue: error.message, traceback: [], present: this.states.present };
    }
  }

  async #done(act: Act): Promise<string> {
    if (this.queue.hasCells) throw new Refused('A cell runs or waits: interrupt it, or try again when it is done.');
    if (this.#underWay >= MOST_UNDER_WAY) {
      throw new Refused('The session still goes elsewhere: try again when it is there.');
    }
    this.#underWay += 1;
    try {
      return await this.queue.between(() => this.travel.act(act));
    } finally {
      this.#underWay -= 1;
    }
  }

  #source(content: Content): object {
    const { number, source } = this.#state(content, 'state');
    return { source: number === 0 ? null : source };
  }

  async #variables(content: Content): Promise<object> {
    const state = this.#state(content, 'state');
    const [entries = null] = await this.#entries(state);
    const variables = entries === null ? [] : variablesData(entries);
    return { state: state.number, compared: entries !== null, variables, ...why(entries, state) };
  }

  async #diff(content: Content): Promise<object> {
    const [from, to] = [this.#state(content, 'from'), this.#state(content, 'to')];
    const [before = null, after = null] = await this.#entries(from, to);
    if (before !== null && after !== null) return changesData(before, after, MOST_ENTRIES);
    return { compared: false, items: [], more: 0, ...why(before, from), ...why(after, to) };
  }

  /** What states hold; null where that is not known. Of what nobody has looked into yet it waits a moment. */
  async #entries(...states: State[]): Promise<(Entries | null)[]> {
    this.comms.asked();
    await this.comms.describedWithin(LOOKING, () => states.every(state => state.description !== null));
    const { timeline } = this.states;
    return states.map(({ number }) => (timeline?.has(number) === true ? entriesOf(timeline, number) : null));
  }

  /** The state that a field names; by default the present one. */
  #state(content: Content, name: string): State {
    const { timeline } = this.states;
    if (timeline === null) throw new NoSuchState('There are no states yet.');
    return timeline.get(numberOf(content, name, timeline.current));
  }
}

/** The name of an error that is an answer; null for a defect. */
function nameOf(error: unknown): string | null {
  if (error instanceof BadRequest) return 'ValueError';
  if (error instanceof Refused) return 'Refused';
  return error instanceof NoSuchState ? 'NoSuchState' : null;
}

/** Why it is not known what a state holds. */
function why(entries: Entries | null, { description }: State): { why?: string } {
  if (entries !== null) return {};
  const changes = description?.changes ?? null;
  if (changes === null) return { why: 'nobody has looked into it yet' };
  return { why: changes.compared ? 'it was not looked into' : changes.why };
}

/** What a request asks to be done. @throws BadRequest */
function actOf(content: Content): Act {
  const { action, name, session = null } = content;
  if (!isAction(action)) throw new BadRequest(`'action' must be one of: ${ACTIONS.join(', ')}`);
  const cells = numberOf(content, 'cells', 1);
  if (cells < 1 || cells > MOST_CELLS) throw new BadRequest(`'cells' must be from 1 to ${thousands(MOST_CELLS)}`);
  if (session !== null && typeof session !== 'string') throw new BadRequest("'session' must be a string");
  const named = typeof name === 'string' ? name : '';
  if ((action === 'name' || action === 'unname') && !STATE_NAME.test(named)) {
    throw new BadRequest(STATE_NAME_IS);
  }
  const needsTarget = action === 'restore' || action === 'delete' || (content['target'] ?? null) !== null;
  const target = needsTarget ? numberOf(content, 'target') : null;
  return { action, state: numberOf(content, 'state'), target, cells, name: named, session };
}

function isAction(action: unknown): action is Action {
  return typeof action === 'string' && (ACTIONS as readonly string[]).includes(action);
}

/** The whole number in a field of a request. `otherwise`: what it is by default. @throws BadRequest */
function numberOf(content: Content, name: string, otherwise?: number): number {
  const value = name in content ? content[name] : otherwise;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new BadRequest(`${repr(name)} must be a whole number`);
}
