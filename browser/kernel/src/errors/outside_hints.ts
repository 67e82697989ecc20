/** Hints for errors about files and the environment, which are the session's own. */

import { pythonPattern } from '../source/python_pattern';
import { rpartition } from '../source/python_text';
import { failingText } from './cell_code';
import { say } from './sentences';
import type { Failure } from '../worker/messages';

const WRITES = pythonPattern(
  String.raw`['"][wax]b?['"]|\.write_(?:text|bytes)\(|mkdir\(|makedirs\(|\A%%(?:write)?file\b`
);
const ENVIRON = pythonPattern(String.raw`\benviron\s*\[`);
/** The name of a folder that a magic takes without quotes. */
const PLAIN = pythonPattern(String.raw`\A[\w.][\w.+@=%-]*\Z`);

export function forbiddenFile(_: Failure, path: string): string {
  return say('no_files', path);
}

export function missingFile(failure: Failure, path: string): string | null {
  const [above, , name] = rpartition(path, '/');
  if (WRITES.test(failingText(failure))) {
    return ['', '/work', '/tmp'].includes(above) ? null : say('no_folder', above);
  }
  if (name === '' || path.startsWith('/tmp/')) return null;
  return say('unmounted', path.startsWith('/') ? say('mount_folder') : mountFor(path));
}

/** The `%mount` that shows a file of the notebook's folder, and the file's path then. No folder more than is needed is asked for. */
function mountFor(path: string): string {
  const names = normal(path);
  let folders = names.filter(name => name === '..').length;
  if (names.length > folders + 1 && PLAIN.test(names[folders] ?? '')) folders += 1;
  const file = names.slice(folders).join('/');
  return folders > 0 ? say('mount_named', names.slice(0, folders).join('/'), file) : say('mount_here', file);
}

/** The names of a relative path, as `posixpath.normpath` leaves them. */
function normal(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.length > 0 ? names : ['.'];
}

export function environment(_: Failure, asked: string): string {
  return asked === 'os.environ' || asked === 'os.getenv' ? say('own_environment') : say('no_machine', asked);
}

export function variable(failure: Failure): string | null {
  return ENVIRON.test(failingText(failure)) ? say('no_variable') : null;
}

/** For an argument of `open` beside the mode. */
export function argumentOfOpen(_: Failure, name: string): string {
  return name === 'encoding' ? say('no_encoding') : say('no_argument_of_open', name);
}
