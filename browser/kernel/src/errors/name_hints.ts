/** Hints about what is not read, not there, or not found: syntax, modules, their members, and names. */

import errors from '../generated/errors.json';
import ipython from '../generated/ipython.json';
import { closeMatch } from '../magics/close_matches';
import { escapedPattern, fullMatch, pythonPattern } from '../source/python_pattern';
import { slice } from '../source/python_text';
import { failingText, lineOf } from './cell_code';
import { hasBuiltin, hasMember, hasSubmodule, hostType, isException } from './host_python';
import { say } from './sentences';
import { missingName, onlyInCells } from './shipped_hints';
import type { Failure } from '../worker/messages';

const { unsupported } = errors;
const SYNTAX = new Map(Object.entries(unsupported.syntax));
const BASES = new Map(Object.entries(unsupported.bases));
const BUILTINS = new Map(Object.entries(unsupported.builtins));
const INSTEAD_OF_MODULE = new Map(Object.entries(unsupported.instead_of_module));
const INSTEAD_OF_MEMBER = new Map(Object.entries(unsupported.instead_of_member));
const INSTEAD_OF_COMMAND = new Map(Object.entries(unsupported.instead_of_command));
const MAGIC_WORDS = new Set(unsupported.magic_words);
const CLASS_HEAD = pythonPattern(String.raw`\Aclass\s++\w++\s*+(?:\[[^\]]*+\]\s*+)?\(([^)]*+)\)`);
const BASE = pythonPattern(String.raw`(?:\A|,)\s*(?:\w+\.)*(\w+)`, { global: true });
const COMMAND = pythonPattern(String.raw`\A\s*(\w+)\s+\S`);
const INSTALL = pythonPattern(String.raw`\A\s*(?:python3? -m )?(?:pip3?|conda|mamba|uv)\s+[a-z]`);
const DELETES = pythonPattern(String.raw`(?:\A|[;:])\s*del\b[^;]*\Z`);

const INHERITANCE = 'class inheritance and metaclasses';

export function syntax(failure: Failure, what: string): string {
  const bases = what === INHERITANCE ? inheritance(failingText(failure)) : null;
  return bases ?? SYNTAX.get(what) ?? say('no_syntax', what);
}

function inheritance(text: string): string | null {
  const head = CLASS_HEAD.exec(text)?.[1] ?? '';
  for (const [, base = ''] of head.matchAll(BASE)) {
    if (/(?:Error|Exception)$/.test(base) || isException(base)) return unsupported.exception_base;
    const known = BASES.get(['IntEnum', 'StrEnum', 'Flag', 'IntFlag'].includes(base) ? 'Enum' : base);
    if (known !== undefined) return known;
  }
  return null;
}

export function noPython(failure: Failure): string | null {
  const [frame] = failure.frames;
  const line = (frame === undefined ? null : lineOf(frame)) ?? '';
  const word = COMMAND.exec(line)?.[1];
  if (INSTALL.test(line)) return say('no_installing');
  return word === undefined ? null : command(word);
}

/** The hint for a line that is meant for a shell, or for IPython, which takes magics without their %. */
function command(word: string): string | null {
  const instead = INSTEAD_OF_COMMAND.get(word);
  if (instead !== undefined) return say('no_commands', instead);
  return MAGIC_WORDS.has(word) ? say('percent', word) : null;
}

// Modules and names ----------------------------------------------------------------------------------------------------

export function module(failure: Failure, name: string): string {
  const root = name.split('.')[0] ?? '';
  const dotted = pythonPattern(String.raw`\b${escapedPattern(root)}(?:\.\w+)+`); // Monty names the package alone
  let instead = insteadOfModule(dotted.exec(lastLine(failure))?.[0] ?? name);
  const unread = instead === null ? onlyInCells(name) : null;
  if (unread !== null) return unread;
  if (instead === null && !hasSubmodule(name)) {
    const close = closeMatch(name, unsupported.modules, 0.75);
    instead = close === null ? null : say('meant', close);
  }
  if (root === 'IPython' && instead !== null) return instead;
  return say('no_module', name, instead ?? say('by_hand'));
}

/** What to do instead of a missing module, named with its package or without; null if nothing is known. */
function insteadOfModule(name: string): string | null {
  return INSTEAD_OF_MODULE.get(name) ?? INSTEAD_OF_MODULE.get(name.split('.')[0] ?? '') ?? null;
}

function lastLine(failure: Failure): string {
  const frame = failure.frames.at(-1);
  return (frame === undefined ? null : lineOf(frame)) ?? '';
}

export function importedName(failure: Failure, name: string, owner: string): string | null {
  if (owner === 'IPython.display') {
    return say('names_there', owner, [...ipython.names, ...ipython.media].sort().join(', '));
  }
  return owner === 'IPython' ? say('no_shell') : member(failure, owner, name);
}

export function member(_: Failure, owner: string, name: string): string | null {
  const lacking = missingName(owner, name);
  if (lacking !== null) return lacking;
  if (!hasMember(owner, name)) return null;
  const known = owner === 'posixpath' ? 'os.path' : owner;
  return say('no_member', known, name, INSTEAD_OF_MEMBER.get(`${known}.${name}`) ?? say('otherwise'));
}

export function name(failure: Failure, missing: string): string | null {
  if (missing === 'get_ipython') return say('no_shell');
  if (!unsupported.modules.includes(missing)) {
    const alone = pythonPattern(String.raw`\s*${missing}\s*(?:\s[-/~]\S.*)?`);
    const found = fullMatch(alone, lastLine(failure)) === null ? null : command(missing);
    if (found !== null) return found;
  }
  if (missing === '__builtins__') return say('no_builtins_module');
  if (!hasBuiltin(missing) || deletes(failure)) return null;
  const instead = BUILTINS.get(missing) ?? say(hostType(missing) === null ? 'do_without' : 'other_exception');
  return instead.startsWith('M') ? instead : say('no_builtin', missing, instead);
}

/** Whether a `del` statement failed: it looks for the session's names only. */
function deletes(failure: Failure): boolean {
  const frame = failure.frames.at(-1);
  return frame !== undefined && DELETES.test(slice(lineOf(frame) ?? '', 0, frame.column - 1));
}
