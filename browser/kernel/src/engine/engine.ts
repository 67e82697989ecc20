/** Runs cells in a session that outlives its interpreter: whatever ends that, the state before the cell comes back. */

import { Budget } from './budget';
import { lostFailure } from './failures';
import { DriveFolder } from './drive_folder';
import { Files, NOTHING_WRITTEN } from './files';
import { Interrupts } from './interrupts';
import { sameForWorker, showSize } from './limits';
import { ProgressBars } from './progress_bars';
import { Sandbox, StateRefused, WorkerLost } from './sandbox';
import { changeOf } from './saved';
import { failed, Session } from './session';
import type { Cell } from '../source/cell';
import type { Action, CellSource } from '../source/index';
import type { Value } from '../wire/values';
import type {
  DriveAnswer,
  DriveCall,
  Failure,
  MountSpec,
  Outcome,
  Output,
  Result,
  SnapshotChange
} from '../worker/messages';
import type { Frontend } from './frontend';
import type { SessionLimits } from './limits';
import type { Saved } from './saved';
import type { Explainer } from './session';
import type { Transports } from './transport';

const DIED = 'The sandbox worker had died';
const TOO_LARGE = 'Saving the session would have taken more than max_memory, so its worker was stopped';
const NOT_YET_TIGHT = ' Until it can be saved, %limits does not hold for memory and recursion.';

export interface EngineSettings {
  transports: Transports;
  limits: SessionLimits;
  /** IANA name of the person's zone. */
  timezone: string;
  /** Characters of one MIME type that the page's sanitizer lets through; null for no limit. */
  mostShown: number | null;
  explainer: Explainer;
  /** Asks the page for what is in the folder that is mounted at a place. */
  drive: (place: string, call: DriveCall) => Promise<DriveAnswer>;
}

/** How a cell is to run. */
export interface RunOptions {
  /** Its execution count; 0 leaves no record of it. */
  number: number;
  /** The user expressions, by name. */
  expressions: Readonly<Record<string, string>>;
  /** Does the actions between the cell's feeds. Rejects with `Refusal`. */
  act: (action: Action) => Promise<void>;
}

/** One session, and what brings it back: its last state. */
export class Engine {
  readonly interrupts = new Interrupts();
  readonly files = new Files();
  readonly limits: SessionLimits;
  readonly session: Session;
  /** The last state that was saved; null before `start` or `load`. */
  saved: Saved | null = null;

  readonly #sandbox: Sandbox;
  readonly #mostShown: number | null;
  readonly #drive: EngineSettings['drive'];
  #told: Saved | null = null; // the last state that the page knows
  #budget: Budget; // the running cell's
  #bars = new ProgressBars(); // likewise
  #running: CellSource | null = null;
  #announced = false; // whether the failure of the cell told the person already that the session is restored
  #died = DIED; // why the session has to be restored
  #notice: string | null = null; // what the person has yet to be told of a restored session

  constructor(settings: EngineSettings) {
    this.limits = settings.limits;
    this.#mostShown = settings.mostShown;
    this.#drive = settings.drive;
    this.#sandbox = new Sandbox(settings.limits, settings.transports, settings.timezone);
    this.session = new Session(this.#sandbox, settings.limits, settings.explainer);
    this.#budget = new Budget();
  }

  /** What the running cell may still use. */
  get budget(): Budget {
    return this.#budget;
  }

  /** Whether a cell ran since the last state. */
  get unsaved(): boolean {
    return this.session.changed;
  }

  /** The cells of the session as plain Python, oldest first, the running one included. */
  get knownCells(): CellSource[] {
    return this.#running === null ? this.session.cellLog.cells : [...this.session.cellLog.cells, this.#running];
  }

  /** Let cells see a folder that the person granted. */
  mount(spec: MountSpec): void {
    const ask = (call: DriveCall): Promise<DriveAnswer> => this.interrupts.wait(this.#drive(spec.place, call));
    this.files.mount(spec, new DriveFolder(ask));
  }

  /** Note cells that were lost with another worker: `In` has them, and the session is as it was. */
  missed(cells: readonly (readonly [number, string])[]): void {
    for (const [number, text] of cells) this.session.missed(number, text);
  }

  /** Begin a new, empty session. */
  async start(): Promise<void> {
    await this.session.start();
    this.files.thaw(NOTHING_WRITTEN);
    this.saved = null;
    await this.#save();
  }

  /** End the session. Idempotent. */
  close(): void {
    this.#sandbox.release();
  }

  /** What the page is to know of the last state since it was told; null if nothing. */
  news(): SnapshotChange | null {
    const { saved } = this;
    if (saved === null || saved === this.#told) return null;
    const change = changeOf(this.#told, saved);
    this.#told = saved;
    return change;
  }

  // Cells

  /**
   * Run a cell, then evaluate the user expressions.
   *
   * What the cell did stays in the session, also when it fails, unless the interpreter was lost: then the session is as it
   * was before the cell, or as the last action left it that went to another state.
   */
  async run(cell: Cell, frontend: Frontend, options: RunOptions): Promise<Outcome> {
    const { number, expressions } = options;
    this.interrupts.expect();
    this.limits.cell = cell.source.label;
    this.#budget = new Budget(this.limits, this.#mostShown);
    this.#bars = new ProgressBars();
    this.#running = { label: cell.source.label, text: cell.python };
    let travelled: string | null = null;
    const act = async (action: Action): Promise<void> => {
      const before = this.saved;
      await options.act(action);
      if (action.changes && this.saved !== before) travelled = action.name;
    };
    const { interrupts, files } = this;
    const run = { frontend: this.#counted(frontend), number, budget: this.#budget, interrupts, files };
    try {
      if (!this.#sandbox.isAlive) this.#notice = await this.#restore();
      const outcome = this.#shown(await this.session.run(cell, run, expressions, act));
      if (number > 0) this.session.addCell(cell);
      return outcome;
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      this.#sandbox.release();
      this.#announced = true;
      return failed(lostFailure(error, this.limits, travelled));
    } finally {
      this.#bars.finish(this.#admitting(frontend));
      if (number > 0) this.session.missed(number, cell.source.text);
      this.#running = null;
      this.interrupts.over();
    }
  }

  /** Note that a cell was not run after all: `In` has it, and the session is as it was. */
  passOver(cell: Cell, number: number): void {
    if (number > 0) this.session.missed(number, cell.source.text);
  }

  /** Show an output of the kernel's own, such as a magic's, among those of the running cell. */
  show(output: Output, frontend: Frontend): void {
    this.#counted(frontend).emit(output);
  }

  /** The value of an expression over the prelude's functions, between two feeds; null if it fails. */
  evaluate(expression: string, parts: readonly string[]): Promise<Value> {
    return this.session.evaluate(expression, parts);
  }

  /** The front end as a cell sees it: progress bars are taken out of what it prints, and outputs counted against its budget. */
  #counted(frontend: Frontend): Frontend {
    const admit = this.#admitting(frontend);
    return {
      ...bound(frontend),
      emit: output => {
        this.#bars.emit(output, admit);
      }
    };
  }

  #admitting(frontend: Frontend): (output: Output) => void {
    const budget = this.#budget;
    return output => {
      const admitted = budget.over === null ? budget.admit(output) : null;
      if (admitted !== null) frontend.emit(admitted);
    };
  }

  #shown(outcome: Outcome): Outcome {
    const budget = this.#budget;
    if (outcome.failure !== null) return outcome;
    if (outcome.result !== null && !budget.admitResult(outcome.result) && budget.over !== null) {
      return failed(budget.over.failure);
    }
    const expressions: Record<string, Result | Failure> = {};
    for (const [name, value] of Object.entries(outcome.expressions)) {
      const over = 'ename' in value || budget.admitResult(value) ? null : budget.over;
      expressions[name] = over === null ? value : over.failure;
    }
    return { ...outcome, expressions };
  }

  // Saving

  /** Between two cells: save the session as it is now, or restore it if its interpreter is gone. */
  async save(): Promise<void> {
    if (!this.#sandbox.isAlive) this.#notice = await this.#restore();
    else if (this.unsaved) await this.#save();
    if (!this.#isTight && this.#sandbox.isAlive) this.#notice = (await this.#tighten()) ?? this.#notice;
  }

  async #save(): Promise<void> {
    try {
      this.saved = await this.session.dump(this.files.freeze());
    } catch (error) {
      if (!(error instanceof StateRefused)) throw error;
      this.#sandbox.release(); // what is left is the state before this one
      if (error.message.includes('memory')) this.#died = TOO_LARGE;
      this.#notice = await this.#restore();
    }
  }

  // Restoring

  /** Restore the session if its interpreter is gone; what the person is to be told. */
  async recover(): Promise<string | null> {
    if (!this.#sandbox.isAlive) this.#notice = await this.#restore();
    const notice = this.#notice;
    this.#notice = null;
    return notice;
  }

  /**
   * Make the session what it was in this state. The page knows the state.
   *
   * @throws StateRefused - It cannot be loaded; the session is as it was in its last state.
   */
  async load(saved: Saved): Promise<void> {
    try {
      await this.#load(saved);
    } catch (error) {
      if (error instanceof StateRefused && this.saved !== null) await this.#load(this.saved);
      throw error;
    }
    this.#told = saved;
  }

  async #load(saved: Saved, limits = this.limits.now): Promise<void> {
    await this.session.load(saved, limits);
    if (limits.memory !== this.limits.granted.memory) await this.#requireWithinMemory();
    this.files.thaw(saved.files);
    this.saved = saved;
  }

  async #requireWithinMemory(): Promise<void> {
    try {
      await this.session.allocate();
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      throw new StateRefused(error.why === 'memory' ? `it is over the memory limit (${error.message})` : error.message);
    }
  }

  /** Restore the session as it was after the last cell that was saved; what the person is to be told. */
  async #restore(): Promise<string | null> {
    const announced = this.#announced;
    const died = this.#died;
    this.#announced = false;
    this.#died = DIED;
    const { saved } = this;
    const had = this.#sandbox.limits;
    if (saved === null) {
      await this.start();
      return this.#told === null
        ? null
        : 'The sandbox worker had died before anything could be saved; this is a new session.';
    }
    const lostCell = this.session.changed && !announced;
    try {
      await this.#load(withInputs(saved, this.session.newInputs), had);
    } catch (error) {
      if (!(error instanceof StateRefused)) throw error;
      await this.start();
      return `${died} and the session could not be restored (${error.message}); this is a new session.`;
    }
    let notice = lostCell
      ? `${died} before the last cell could be saved; the session is as it was before it.`
      : `${died}; the session is as it was after the last cell.`;
    if (died === TOO_LARGE && !sameForWorker(had, this.limits.now)) notice += NOT_YET_TIGHT;
    return announced ? this.#notice : notice;
  }

  // Limits that cells tightened

  get #isTight(): boolean {
    return sameForWorker(this.#sandbox.limits, this.limits.now);
  }

  /** Load the session into an interpreter with the limits of now; what the person is to be told. */
  async #tighten(): Promise<string | null> {
    const { saved } = this;
    if (saved === null || this.unsaved) return null; // it could not be dumped; it is tried again after the next cell
    const had = this.#sandbox.limits;
    const wanted = this.limits.now.memory;
    for (;;) {
      try {
        await this.#load(saved);
        break;
      } catch (error) {
        if (!(error instanceof StateRefused)) throw error;
        if (this.limits.keepMemory() !== had.memory) continue;
        await this.#load(saved, had); // it fitted before
        break;
      }
    }
    const kept = this.limits.now.memory;
    if (kept === wanted) return null;
    const stays = kept === null ? 'there is no limit now' : `the limit stays at ${showSize(kept)}`;
    return `The session already takes more memory than the ${showSize(wanted ?? 0)} of %limits: ${stays}.`;
  }
}

/** The same state, with sources that its `In` lacks. */
function withInputs(saved: Saved, inputs: readonly (readonly [number, string])[]): Saved {
  return { ...saved, unrecorded: [...new Map([...saved.unrecorded, ...inputs])] };
}

/** A front end's methods, apart from the object that they belong to. */
function bound(frontend: Frontend): Frontend {
  return {
    emit: output => {
      frontend.emit(output);
    },
    ask: (prompt, password) => frontend.ask(prompt, password),
    magic: (name, args) => frontend.magic(name, args),
    help: (topic, kind) => frontend.help(topic, kind),
    named: (text, own) => frontend.named(text, own),
    misshown: (kind, method, ename, evalue) => frontend.misshown(kind, method, ename, evalue),
    leave: () => frontend.leave()
  };
}
