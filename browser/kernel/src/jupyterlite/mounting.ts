/** %mount, %unmount, %mounts: a notebook can look and ask; it can grant itself nothing. */

import shared from '../generated/asking.json';
import { UsageError } from '../magics/usage';
import { characters, firstCharacters, repr } from '../source/python_text';
import { NotMountable } from './mounts';
import { answered, isLikeTheKernels, mountQuestion, neverMounted } from './questions';
import { readable } from './quoted';
import type { Given } from '../magics/arguments';
import type { KernelQuestion } from '../magics/kernel_questions';
import type { Answer, MountMode, MountSpec } from '../worker/messages';
import type { Mounts } from './mounts';

const MODES: Readonly<Record<MountMode, string>> = {
  ro: 'read only',
  rw: 'changes are written to the drive of this site',
  overlay: 'changes stay in memory'
};
const PLACE = new RegExp(`^(?:${shared.place})$`, 'u');
const DEFAULT_PLACE = '/data';

/** Asks the person. */
type Ask = (question: KernelQuestion) => Promise<Answer>;

/**
 * Mount a folder that a notebook asks for, if the person says yes. Throws UsageError.
 *
 * @returns The mount, or null if it is there already; and what to print.
 */
export async function mount(given: Given, mounts: Mounts, ask: Ask): Promise<[spec: MountSpec | null, report: string]> {
  const [host, place, mode] = [String(given['host']), String(given['place']), given['mode']];
  const isMode = mode === null && Object.hasOwn(MODES, place);
  const wanted = (isMode ? place : (mode ?? 'overlay')) as MountMode;
  const checked = checkedPlace(isMode ? DEFAULT_PLACE : place);
  if (mounts.has(host, checked, wanted)) return [null, `Already mounted at ${checked}, ${MODES[wanted]}.`];
  const spec = await asked(host, checked, wanted, mounts, ask);
  return [spec, `Mounted at ${spec.place}, ${MODES[spec.mode]}.`];
}

// only the person learns from the question what their drive holds: the notebook gets the same error for a folder that
// they declined, one that is never mounted, and one that does not exist
async function asked(host: string, place: string, mode: MountMode, mounts: Mounts, ask: Ask): Promise<MountSpec> {
  let answer: Answer;
  try {
    const path = await mounts.find(host, place, mode);
    answer = await ask(mountQuestion(`/${path.join('/')}`, place, mode));
    if ('value' in answer && answered(String(answer.value)) !== 'no') return mounts.add(host, place, path, mode);
  } catch (error) {
    if (!(error instanceof NotMountable)) throw error;
    answer = await ask(neverMounted(error.message));
  }
  const why =
    'value' in answer
      ? 'you declined, or the question said why not'
      : answer.exception === 'NotAskedAgain'
        ? answer.message
        : 'you did not answer, or this front end cannot ask you';
  throw new UsageError(`%mount: not mounted: ${why}.`);
}

/** Unmount a folder; its place. Throws UsageError. */
export function unmount(given: Given, mounts: Mounts): string {
  const place = plainPlace(String(given['place']));
  if (mounts.remove(place)) return place;
  throw new UsageError('%unmount: nothing is mounted there. %mounts lists the mounted folders.');
}

/** The folders that cells may use. Outputs travel with the notebook, so only the last part of their paths is shown. */
export function listed(mounts: Mounts): string {
  const lines = mounts.all.map(({ place, folder, mode }) => {
    return `${place}  …/${folder.slice(folder.lastIndexOf('/') + 1)}  ${MODES[mode]}`;
  });
  return lines.join('\n') || 'No folder is mounted. %mount asks for one.';
}

/** A place in the sandbox, normalized. Throws UsageError if it is none, or could mislead the reader of a question. */
function checkedPlace(place: string): string {
  const plain = plainPlace(place);
  const isGood =
    place.startsWith('/') &&
    !plain.split('/').includes('..') &&
    characters(place) <= shared.longest_place &&
    PLACE.test(plain) &&
    readable(repr(plain)) === repr(plain) &&
    !isLikeTheKernels(place);
  if (isGood) return plain;
  const shown = readable(repr(firstCharacters(place, shared.longest_place)));
  throw new UsageError(
    `%mount: ${shown} cannot be a mount's place. Use an absolute path such as /data, of letters, digits and .+@=~#%&-_.`
  );
}

function plainPlace(place: string): string {
  return `/${place
    .split('/')
    .filter(name => name !== '' && name !== '.')
    .join('/')}`;
}
