/** Puts a kernel together from its rooms, for one notebook or console. */

import { PageConfig } from '@jupyterlab/coreutils';
import type { IKernel } from '@jupyterlite/services';

import about from '../../package.json';
import { DEFAULT_LIMITS, SessionLimits } from '../engine/limits';
import { CodeQuestions } from '../introspect/questions';
import { MOST_SHOWN, Sanitizer } from '../outputs/sanitizer';
import { HostedSession } from '../session/hosted_session';
import { claimsOf } from '../store/claims';
import { SiteDatabase } from '../store/database';
import { StoredInputs } from '../store/inputs';
import type { Claims } from '../store/claims';
import { SessionStore } from '../timetravel/session_store';
import { SideSession } from '../timetravel/side_session';
import { TimeTravel } from '../timetravel/travel';
import { SiteDrive } from './drive';
import { grantsData } from './grants_data';
import { Identities } from './identities';
import { KnownStates } from './known_states';
import { MontyKernel } from './kernel';
import { Mounts } from './mounts';
import { engine, workers } from './page_wide';
import { SessionHistory } from './session_history';
import { lost, shownError } from './shown_error';
import { BadSettings, grantedLimits } from './site_settings';
import { TravelRoom } from './travel_room';
import type { Workers, WorkerSource } from '../session/workers';
import type { Limits } from '../worker/messages';
import type { SessionSettings } from '../session/terms';
import type { SiteContents } from './drive';

/** Bytes of states in memory. */
const STATES = 128 << 20;

const LANGUAGE = {
  name: 'python',
  version: '3.14.0',
  mimetype: 'text/x-python',
  codemirror_mode: { name: 'ipython', version: 3 },
  pygments_lexer: 'ipython3',
  nbconvert_exporter: 'python',
  file_extension: '.py'
};

let kept: Kept | null = null;

/**
 * A kernel for what JupyterLite starts.
 *
 * @param site - The site's base address, by which sessions are kept.
 * @param notebook - Gives the path of the notebook, which may change.
 */
export function makeKernel(
  options: IKernel.IOptions,
  site: string,
  notebook: () => string,
  contents: SiteContents
): MontyKernel {
  kept ??= keptOf(site);
  let limits = DEFAULT_LIMITS;
  let module = (): Promise<WebAssembly.Module> => engine.compiled();
  try {
    limits = grantedLimits(PageConfig.getOption('litePluginSettings'));
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    module = () => Promise.reject(error); // no cell runs within looser limits than the site wanted
  }
  const kernel = assembled(options, { notebook, kept, workers, module, limits, contents });
  kernel.begin();
  return kernel;
}

/** What is kept when a page is left. */
export interface Kept {
  database: SiteDatabase;
  claims: Claims;
  identities: Identities;
}

/** What a site keeps, for one page. */
export function keptOf(site: string): Kept {
  const database = new SiteDatabase(site);
  return { database, claims: claimsOf(database.name), identities: new Identities(site) };
}

/** What a kernel is given from outside. */
export interface Given {
  /** The path of the notebook now, by which sessions are kept. */
  notebook: () => string;
  kept: Kept;
  workers: Workers;
  module: () => Promise<WebAssembly.Module>;
  /** What the site grants. */
  limits: Limits;
  /** The files of the site. */
  contents: SiteContents;
}

/** A kernel of all its rooms. */
export function assembled(options: IKernel.IOptions, given: Given): MontyKernel {
  const { notebook, kept, workers, module, limits, contents } = given;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const held = SessionLimits.of(limits).held;
  const newSession = (granted: SessionSettings['mounts'], from: WorkerSource = workers): HostedSession =>
    new HostedSession(from, module, { limits: held, timezone, mostShown: MOST_SHOWN, mounts: granted });
  const { location } = options;
  const home = contents.driveName(location) === '' ? location.split('/').filter(name => name !== '') : null;
  const mounts = new Mounts(new SiteDrive(contents), home);

  const session = newSession(() => mounts.all);
  const identity = kept.identities.of(options.id, notebook);
  const store = new SessionStore(kept.database, kept.claims, notebook, () => identity.name());
  const side = new SideSession(() => newSession(undefined), store);
  const history = new SessionHistory(new StoredInputs(kept.database));
  const questions: CodeQuestions = new CodeQuestions({
    ask: (expression, parts) => session.evaluate(expression, parts),
    cells: () => room.cells(),
    kin: kin => room.known(kin)
  });
  const travel = new TimeTravel(side, store, STATES);
  const inspector = new SideSession(() => newSession(undefined, workers.beside), store);
  const states = new KnownStates({ travel, session, store, inspector, kernel: () => identity.name() });
  const room = new TravelRoom({
    session,
    side,
    store,
    travel,
    identity,
    history,
    resumed: states => {
      history.takeUp(new Map(states.map(({ number, source }) => [number, source])));
    },
    describe: (topic, detail) => questions.describe(topic, detail),
    help: (topic, kind) => questions.help(topic, kind),
    mounts
  });
  const info = {
    implementation_version: about.version,
    banner:
      'Monty, a sandboxed Python, in WebAssembly.\n%undo takes a change back, %lsmagic lists the magics, name? is help.',
    language_info: LANGUAGE,
    help_links: [
      { text: 'Monty', url: 'https://github.com/pydantic/monty' },
      { text: 'Python Reference', url: 'https://docs.python.org/3.14' }
    ]
  };
  return new MontyKernel(options, info, {
    session,
    screen: new Sanitizer(),
    questions,
    travel: room,
    states,
    grants: () => grantsData(mounts.all, session.limits),
    history,
    lost,
    render: shownError,
    contents: question => mounts.answer(question)
  });
}
