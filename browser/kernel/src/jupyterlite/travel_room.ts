/** The states of one kernel, and the magics of its cells that are the page's. */

import { Magics } from '../magics/magics';
import { PAGE_MAGICS, unknownMagic } from '../magics/page_magics';
import { UsageError } from '../magics/usage';
import { NoSuchState } from '../timetravel/timeline';
import type { Kin } from '../magics/declared';
import type { PageContext } from '../magics/page_magics';
import type { HostedSession } from '../session/hosted_session';
import type { CellSource } from '../source/index';
import type { SessionStore } from '../timetravel/session_store';
import type { SideSession } from '../timetravel/side_session';
import type { TimeTravel } from '../timetravel/travel';
import type { Answer, MimeBundle, Question, Snapshot } from '../worker/messages';
import { listed, mount, unmount } from './mounting';
import type { Mounts } from './mounts';
import type { AskingCell, Travel } from './parts';

/** The name under which a worker asks what `help(topic)` prints. */
const HELP = '!help';
const UNDEFINED = /^name '([\p{L}_][\p{L}\p{N}_]*)' is not defined$/u;

type MagicQuestion = Extract<Question, { kind: 'magic' }>;

/** What the room lives among. */
export interface TravelRoomParts {
  session: HostedSession;
  travel: TimeTravel;
  side: SideSession;
  store: SessionStore | null;
  kernel: string;
  history: PageContext['history'];
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
  #isNew = false; // the running cell began a new session
  #before: string | null = null; // the cells of the session before, for the hint

  constructor(private readonly parts: TravelRoomParts) {}

  /** The cells that led to the session, oldest first. */
  cells(): CellSource[] {
    const { travel } = this.parts;
    if (!travel.hasBegun) return [];
    const states = [...travel.timeline.wayBack()].reverse().filter(state => state.number > 0);
    return states.map(({ number, source }) => ({ label: `In[${number}]`, text: source }));
  }

  /** The states, or the names of states, that a magic's argument may be. */
  known(kin: Kin): string[] {
    const { travel } = this.parts;
    if (kin === '' || !travel.hasBegun) return [];
    const numbers = [...travel.timeline].map(state => state.number).filter(number => number >= 0);
    return kin === 'names' ? travel.timeline.names.sort() : [...travel.timeline.names.sort(), ...numbers.map(String)];
  }

  async begin(): Promise<string | null> {
    const { travel, session, store } = this.parts;
    if (!travel.hasBegun && session.snapshot !== null) {
      travel.begin(session.snapshot);
      await this.#lookBack();
    }
    return store?.notice() ?? null;
  }

  record(number: number, code: string, failed: boolean, snapshot: Snapshot, changed: boolean): void {
    if (changed || this.#isNew) this.parts.travel.record(number, code, failed, snapshot);
    this.#isNew = false;
  }

  hint(evalue: string): string | null {
    const name = UNDEFINED.exec(evalue.slice(0, 1_000))?.[1];
    if (name === undefined || this.#before === null || !binds(this.#before, name)) return null;
    return `The session before had '${name}'; %resume brings it back.`;
  }

  close(ended: Promise<void>): void {
    this.parts.side.close();
    void ended.then(() => {
      this.parts.travel.close();
    });
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
    const { travel, kernel, history, mounts } = this.parts;
    return {
      travel,
      kernel,
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
        return { text, told: JSON.stringify(spec) };
      },
      go: async ({ snapshot }) => {
        await this.#load(snapshot);
        this.#isNew = false;
      },
      begin: async () => {
        await this.#load(null);
        this.#isNew = true;
      },
      resumed: last => {
        this.#before = null;
        this.onResumed(last);
      }
    };
  }

  async #load(snapshot: Snapshot | null): Promise<void> {
    const failure = await this.parts.session.load(snapshot);
    if (failure !== null) throw new NoSuchState(`The state cannot be loaded: ${failure}.`);
  }

  async #lookBack(): Promise<void> {
    const { store } = this.parts;
    const last = (await store?.sessions())?.at(-1);
    if (store === null || last === undefined) return;
    this.#before = (await store.states(last.id)).map(state => state.source).join('\n');
  }
}

/** Whether cells seem to bind a name. */
function binds(cells: string, name: string): boolean {
  const word = name.replace(/[^\p{L}\p{N}_]/gu, '');
  return new RegExp(
    `(?<![\\p{L}\\p{N}_.])(?:(?:def|class|as|for|import)[ \\t]+${word}(?![\\p{L}\\p{N}_])|${word}[ \\t]*(?:,[^=\\n]*)?(?::[^=\\n]*)?=(?!=))`,
    'u'
  ).test(cells);
}
