/**
 * For errors that are Monty's and not the person's: one line that says what Monty lacks, and what to do instead.
 *
 * A hint must be true. Most errors below look like ordinary mistakes, so each rule looks for what tells the two apart:
 * Python has the name, the class in the cell defines the method, nobody raised the error by hand.
 */

import { LatePattern } from '../source/late_pattern';
import errors from '../generated/errors.json';
import { firstCharacters, format } from '../source/python_text';
import { raisedByHand } from './cell_code';
import * as calls from './call_hints';
import * as names from './name_hints';
import * as objects from './object_hints';
import * as outside from './outside_hints';
import { saysSo } from './endless';
import { moreAllowed, say } from './sentences';
import { missingAttribute as missingOfShipped } from './shipped_hints';
import type { Failure } from '../worker/messages';

const MESSAGE_LIMIT = 1_000;

/** Makes a hint of a failure and what the groups of the rule's pattern found in its message. */
type Maker = (failure: Failure, ...groups: string[]) => string | null;

/** By their names in the native kernel. */
const MAKERS: Readonly<Record<string, Maker>> = {
  'hints.syntax': names.syntax,
  'hints.no_python': names.noPython,
  'hints.dataclass_option': calls.dataclassOption,
  'hints.module': names.module,
  'hints.imported_name': names.importedName,
  'hints.member': names.member,
  'hints.name': names.name,
  'hints.asked_in_vain': calls.askedInVain,
  'hints.not_an_iterator': calls.notAnIterator,
  'hints.json_option': calls.jsonOption,
  'hints.encoding': calls.encoding,
  'shipped_hints.missing_attribute': missingOfShipped,
  'call_hints.partial_date': calls.partialDate,
  'call_hints.foreign_digits': calls.foreignDigits,
  'call_hints.search_in_bytes': calls.searchInBytes,
  'call_hints.pattern_of_bytes': calls.patternOfBytes,
  'call_hints.writer_of_rows': calls.writerOfRows,
  'call_hints.unhashable': calls.unhashable,
  'call_hints.unknown_argument': calls.unknownArgument,
  'object_hints.missing_attribute': objects.missingAttribute,
  'object_hints.missing_type_attribute': objects.missingTypeAttribute,
  'object_hints.new_attribute': objects.newAttribute,
  'object_hints.no_len': objects.noLen,
  'object_hints.not_reversible': objects.notReversible,
  'object_hints.no_order': objects.noOrder,
  'object_hints.in_place_operator': objects.inPlaceOperator,
  'object_hints.not_raisable': objects.notRaisable,
  'object_hints.no_instances': objects.noInstances,
  'object_hints.bytes_of': objects.bytesOf,
  'object_hints.print_file': objects.printFile,
  'object_hints.not_iterable': objects.notIterable,
  'object_hints.no_container': objects.noContainer,
  'object_hints.set_method': objects.setMethod,
  'object_hints.no_format': objects.noFormat,
  'object_hints.format_specifier': objects.formatSpecifier,
  'object_hints.type_alias': objects.typeAlias,
  'outside_hints.forbidden_file': outside.forbiddenFile,
  'outside_hints.missing_file': outside.missingFile,
  'outside_hints.environment': outside.environment,
  'outside_hints.variable': outside.variable,
  'outside_hints.argument_of_open': outside.argumentOfOpen
};

interface Rule {
  readonly pattern: RegExp;
  readonly make: Maker;
}

const RULES = new Map(
  Object.entries(errors.rules as Record<string, string[][]>).map(([ename, rules]) => [ename, rules.map(ruleOf)])
);

function ruleOf([pattern = '', hint = '', maker = '']: string[]): Rule {
  const make = maker === '' ? (_: Failure, ...groups: string[]): string => format(hint, ...groups) : MAKERS[maker];
  if (make === undefined) throw new Error(`nothing makes the hints of ${maker}`);
  return { pattern: new LatePattern('u', () => `^(?:${pattern})$`), make };
}

/** One line about what Monty lacks, if that is what made the cell fail; null for ordinary errors. */
export function hint(failure: Failure): string | null {
  if (failure.kind === 'crashed') return say('crashed');
  const limits: Partial<Record<string, string[]>> = errors.limits;
  const [limited] = limits[failure.kind === 'limit' ? failure.ename : failure.kind] ?? [];
  if (limited !== undefined) return limitHint(limited, failure);
  if (failure.kind === 'interrupted' || raisedByHand(failure)) return null;
  const message = firstCharacters(failure.evalue, MESSAGE_LIMIT);
  for (const { pattern, make } of RULES.get(failure.ename) ?? []) {
    const match = pattern.exec(message);
    if (match !== null) return make(failure, ...match.slice(1));
  }
  // the parser's words are not CPython's, so that no rule knows them
  return failure.kind === 'syntax' ? names.noPython(failure) : null;
}

function limitHint(what: string, failure: Failure): string | null {
  if (saysSo(failure.note)) return null;
  return failure.evalue.includes('%limits') ? say('tightened') : moreAllowed(what);
}
