/** Which parts of the prelude a cell needs, by the words in its text: sessions that never use a part do not hold it. */

import ipython from '../generated/ipython.json';
import { pythonPattern } from './python_pattern';

const SHOWING = ['showing'];
const NAMES = [...SHOWING, 'names'];
const PRETTY = [...SHOWING, 'pretty'];
const MEDIA = [...NAMES, 'media'];
const SHELL = [...NAMES, 'shell'];

const MEDIA_WORDS = ipython.media.join('|');
const NEEDS_NAMES = pythonPattern(String.raw`IPython|display_id|\b(?:exec|eval)\b`);
const MEDIA_NAMES = pythonPattern(String.raw`\b(?:${MEDIA_WORDS})\b|\bimport[ \t(]++\*`);
const MEDIA_ATTRIBUTES = pythonPattern(String.raw`\.(?:${MEDIA_WORDS})\b`);
const PACKAGE_NAMES = pythonPattern(String.raw`\b(?:${ipython.package.join('|')})\b|\bIPython[ \t]+import[ \t(]*+\*`);

/** The parts of the prelude that code with this text may name. */
export function needed(text: string): string[] {
  const needs = NEEDS_NAMES.test(text) ? [...NAMES] : text.includes('display') ? [...SHOWING] : [];
  if (text.includes('_repr_pretty_')) needs.push(...PRETTY);
  const ofIpython = text.includes('IPython');
  if ((ofIpython && MEDIA_NAMES.test(text)) || (text.includes('.') && MEDIA_ATTRIBUTES.test(text)))
    needs.push(...MEDIA);
  const shell = text.includes('get_ipython') || text.includes('last_execution_');
  if (shell || (ofIpython && PACKAGE_NAMES.test(text))) {
    needs.push(...SHELL);
    if (text.includes('run_cell_magic')) needs.push('writing');
  }
  return needs;
}

/** The code that tells the object of `get_ipython()` what became of the cell before, where a cell asks for it. */
export function refreshed(text: string, number: number): string {
  return text.includes('last_execution_') ? `__mk_refresh(${number})\n` : '';
}
