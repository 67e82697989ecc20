/** The questions of the kernel and those of cells, so that no cell can imitate the kernel's. As `engine/access.py`. */

import shared from '../generated/asking.json';
import { cut, visible } from '../errors/visible_text';
import { kernelQuestion } from '../magics/kernel_questions';
import { strip } from '../source/python_text';
import { quoted, readable } from './quoted';
import type { KernelQuestion } from '../magics/kernel_questions';

const COLOUR = /(\x1b\[[0-9;]*m)/;
const COLOURS = new RegExp(COLOUR.source, 'g');
const LOOKALIKES = new Map(Object.entries(shared.lookalikes));

export type PersonsAnswer = 'yes' | 'no' | 'always';
export type MountMode = 'ro' | 'rw' | 'overlay';

/** Whether a folder of the site's drive, given by its whole path, may be mounted. */
export function mountQuestion(folder: string, place: string, mode: MountMode): KernelQuestion {
  const { verb, ...words } = shared.mounts[mode];
  const [shown, where] = [quoted(folder), quoted(place)];
  const text = `let this notebook ${verb} ${shown} as ${where}? ${words.note}`.trimEnd();
  return kernelQuestion('mount', words, text, [
    { name: 'folder', text: shown },
    { name: 'as', text: where }
  ]);
}

/** What only the person is told about a folder that a notebook asked for and cannot have. */
export function neverMounted(why: string): KernelQuestion {
  const text = readable(why); // some of it may come from the drive
  const line = `this notebook asked for a folder that it cannot have: ${text}.`;
  return kernelQuestion('refusal', shared.questions.refusal, line, [{ name: 'why', text }]);
}

/** What a typed line means. Only a clear yes is a yes. */
export function answered(text: string): PersonsAnswer {
  const word = strip(text).toLowerCase();
  if (word === 'a' || word === 'always') return 'always';
  return word === 'y' || word === 'yes' ? 'yes' : 'no';
}

/**
 * A cell's prompt as it is shown: marked as the cell's if it looks like a question of the kernel. Colours stay; what
 * would move the cursor, and could write over the mark, is made visible. A long prompt is cut.
 */
export function disguise(text: string): string {
  const prompt = cut(text, shared.longest);
  const shown = prompt
    .split(COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
  return isLikeTheKernels(prompt.replace(COLOURS, '')) ? shared.of_a_cell + shown : shown;
}

/** Whether a text contains the mark of the kernel's questions, in whatever letters. */
export function isLikeTheKernels(text: string): boolean {
  return skeleton(text).includes('montykernel');
}

/** The letters from a to z that a text shows, as far as they are told apart at a glance. */
export function skeleton(text: string): string {
  // as `casefold` of Python, which also makes two letters of one
  const folded = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  const plain = folded.normalize('NFKD');
  return Array.from(plain)
    .map(character => LOOKALIKES.get(character) ?? character)
    .filter(character => character >= 'a' && character <= 'z')
    .join('');
}
