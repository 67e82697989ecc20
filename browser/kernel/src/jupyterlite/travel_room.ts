/** The states of one kernel, and the magics of its cells that are the page's. */

import { Magics } from '../magics/magics';
import { PAGE_MAGICS, unknownMagic } from '../magics/page_magics';
import { UsageError } from '../magics/usage';
import { CannotStart, InterruptedEarly } from '../session/terms';
import { done, Refused } from '../timetravel/timeline_acts';
import { NoSuchState } from '../timetravel/timeline';
import type { Kin } from '../magics/declared';
import type { PageContext } from '../magics/page_magics';
import type { HostedSession } from '../session/hosted_session';
import type { CellSource } from '../source/index';
import type { Act } from '../timetravel/timeline_acts';
import type { State } from '../timetravel/timeline';
import type { SessionStore } from '../timetravel/session_store';
import type { SideSession } from '../timetravel/side_session';
import type { TimeTravel } from '../timetravel/travel';
import type { Answer, MimeBundle, Question, Snapshot } from '../worker/messages';
import { listed, mount, unmount } from './mounting';
import type { Identity } from './identities';
import type { Mounts } from './mounts';
import type { AskingCell, Travel } from './parts';

/** The name under which a worker asks what `help(topic)` prints. */
const HELP = '!help';
/** Cells that are searched for a name. */
const MOST_CELLS = 1_000;
const UNDEFINED = /^name '([\p{L}_][\p{L}\p{N}_]*)' is not defined$/u;

type MagicQuestion = Extract<Question, { kind: 'magic' }>;

/** What the room lives among. */
export interface TravelRoomParts {
  session: HostedSession;
  travel: TimeTravel;
  side: SideSession;
  store: SessionStore | null;
  identity: Identity;
  history: PageContext['history'];
  /** The states that led to where an earlier session goes on. */
  resumed?: (states: readonly State[]) => void;
  /** The page about a name, or a magic; null if nothing is known. */
  describe: (topic: string, detail: number, idle: boolean) => Promise<MimeBundle | null>;
  /** The text that `help(topic)` prints. */
  help: (topic: string, kind: string) => Promise<string>;
  /** The folders that cells may use. */
  mounts: Mounts;
}

export class TravelRoom implements Travel {
  onResumed: (last: number) => void = () => undefined;

  readonly #magics = new Magics();
  #running: CellSource | null = null;
  #isNew = false; // the running cell began a new session
  #isResumed = false;
  #beginnings = 0;

  constructor(private readonly parts: TravelRoomParts) {}

  /** The cells that led to the session, oldest first, and the one that runs. */
  cells(): CellSource[] {
    const { travel } = this.parts;
    const running = this.#running === null ? [] : [this.#running];
    if (!travel.hasBegun) return running;
    const states = [...travel.timeline.wayBack()].reverse().filter(state => state.number > 0);
    return [...states.map(({ number, source }) => ({ label: `In[${number}]`, text: source })), ...running];
  }

  /** The states, or the names of states, that a magic's argument may be. */
  known(kin: Kin): string[] {
    const { travel } = this.parts;
    if (kin === '' || !travel.hasBegun) return [];
    const numbers = [...travel.timeline].map(state => state.number).filter(number => number >= 0);
    return kin === 'names' ? travel.timeline.names.sort() : [...travel.timeline.names.sort(), ...numbers.map(String)];
  }

  begin(number: number, code: string): string | null {
    this.#running = { label: `In[${number}]`, text: code };
    this.#followSession();
    return this.parts.store?.notice() ?? null;
  }

  #followSession(): void {
    const { travel, session } = this.parts;
    if (session.snapshot === null) return;
    if (!travel.hasBegun) travel.begin(session.snapshot);
    else if (session.beginnings > this.#beginnings) travel.startOver();
    this.#beginnings = session.beginnings;
  }

  record(
    number: number,
    code: string,
    failed: boolean,
    snapshot: Snapshot,
    changed: boolean,
    cellId: string | null
  ): void {
    this.#running = null;
    if (changed || this.#isNew) this.onResumed(this.parts.travel.record(number, code, failed, snapshot, cellId));
    this.#isNew = false;
  }

  async act(act: Act): Promise<string> {
    const { travel, session, side, identity } = this.parts;
    try {
      if (!(await session.saved())) throw new InterruptedEarly();
      await session.ready();
      this.#followSession();
      const [looking, kernel] = [this.#magics.looking, identity.name()];
      return await done(act, { travel, looking, kernel, go: this.#go, resumed: this.#resumed });
    } catch (error) {
      if (error instanceof InterruptedEarly) throw new Refused('It was interrupted.');
      throw error instanceof CannotStart ? new Refused(error.message) : error;
    } finally {
      side.close(); // its worker takes as much memory as the session's
    }
  }

  async hint(evalue: string): Promise<string | null> {
    const { store } = this.parts;
    const name = UNDEFINED.exec(evalue.slice(0, 1_000))?.[1];
    if (name === undefined || this.#isResumed || store === null) return null;
    try {
      const last = (await store.sessions()).findLast(each => !each.running);
      if (last === undefined || !had(await store.cells(last.id), name)) return null;
    } catch (error) {
      if (error instanceof NoSuchState) return null; // what cannot be read is not brought back either
      throw error;
    }
    return `The session before had '${name}'; %resume brings it back.`;
  }

  moved(): void {
    this.parts.identity.moved();
    this.parts.travel.moved();
  }

  close(ended: Promise<void>): void {
    this.parts.side.close();
    this.parts.travel.close(ended);
    this.parts.identity.end();
  }

  async magic(question: MagicQuestion, cell: AskingCell): Promise<Answer> {
    try {
      return { value: (await this.#done(question, cell)) ?? null };
    } catch (error) {
      if (error instanceof UsageError || error instanceof NoSuchState) {
        return { exception: 'UsageError', message: error.message };
      }
      throw error;
    } finally {
      if (question.between) this.parts.side.close(); // its worker takes as much memory as the session's
    }
  }

  async #done(question: MagicQuestion, cell: AskingCell): Promise<unknown> {
    const { name, args } = question;
    if (name === HELP) {
      const [topic = '', kind = ''] = args.split('\n');
      return this.parts.help(topic, kind);
    }
    if (name === '?' || name === '??') return this.#describe(args.trim(), name.length - 1, cell);
    const act = PAGE_MAGICS.get(name);
    if (act === undefined) throw unknownMagic(name);
    return act(this.#magics.parsed(name, args), this.#context(question, cell));
  }

  async #describe(topic: string, detail: number, cell: AskingCell): Promise<MimeBundle | null> {
    if (topic.includes('*')) {
      const shown = topic.slice(0, 200);
      throw new UsageError(
        `${shown}?: names are not searched for here. %who lists the session's, and Tab completes a name.`
      );
    }
    const page = await this.parts.describe(topic, detail, true);
    if (page === null) cell.show({ type: 'stream', name: 'stdout', text: `Object \`${topic}\` not found.\n` });
    return page;
  }

  #context({ between, unsaved }: MagicQuestion, cell: AskingCell): PageContext {
    const { travel, identity, history, mounts } = this.parts;
    return {
      travel,
      kernel: identity.name(),
      history,
      between,
      unsaved,
      looking: this.#magics.looking,
      print: text => {
        cell.show({ type: 'stream', name: 'stdout', text: `${text}\n` });
      },
      display: data => {
        cell.show({ type: 'display', data, metadata: {}, displayId: null, update: false });
      },
      confirm: async question => {
        const answer = await cell.ask(question);
        return 'exception' in answer ? null : /^y(?:es)?$/i.test(String(answer.value).trim());
      },
      mounting: async (name, given) => {
        if (name === 'mounts') return { text: listed(mounts), told: null };
        if (name === 'unmount') return { text: '', told: unmount(given, mounts) };
        const [spec, text] = await mount(given, mounts, question => cell.ask(question));
        return { text, told: spec === null ? null : JSON.stringify(spec) };
      },
      go: this.#go,
      begin: async () => {
        await this.#load(null);
        this.#isNew = true;
      },
      resumed: this.#resumed
    };
  }

  readonly #go = async (snapshot: Snapshot): Promise<void> => {
    await this.#load(snapshot);
    this.#isNew = false;
  };

  readonly #resumed = (last: number, states: readonly State[]): void => {
    this.#isResumed = true;
    this.onResumed(last);
    this.parts.resumed?.(states);
  };

  async #load(snapshot: Snapshot | null): Promise<void> {
    const failure = await this.parts.session.load(snapshot);
    if (failure !== null) throw new NoSuchState(`The state cannot be loaded: ${failure}.`);
  }
}

/** Whether cells, the newest first, leave a name bound, as they seem to. */
function had(cells: readonly string[], name: string): boolean {
  const word = name.replace(/[^\p{L}\p{N}_]/gu, '');
  const removed = new RegExp(`^[ \\t]*(?:del\\b.*(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])|%reset\\b)`, 'mu');
  for (const text of cells.slice(0, MOST_CELLS)) {
    if (removed.test(text)) return false;
    if (text.includes(name) && binds(text, name)) return true;
  }
  return false;
}

/** Whether a cell seems to bind a name. */
function binds(cell: string, name: string): boolean {
  const word = name.replace(/[^\p{L}\p{N}_]/gu, '');
  return new RegExp(
    `(?<![\\p{L}\\p{N}_.])(?:(?:def|class|as|for|import)[ \\t]+${word}(?![\\p{L}\\p{N}_])|${word}[ \\t]*(?:,[^=\\n]*)?(?::[^=\\n]*)?=(?!=))`,
    'u'
  ).test(cell);
}
