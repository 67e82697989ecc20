/** %env, %set_env: the session's own `os.environ`, by code that runs in the sandbox. */

import shared from '../generated/environment.json';
import { fullMatch, pythonPattern } from '../source/python_pattern';
import { partition, repr, strip } from '../source/python_text';
import { NotPython, requireExpression } from '../source/syntax_trees';
import { shortened, UsageError } from './usage';
import type { Rewrite } from '../source';
import type { Parsed } from './declared';

const PARTS = ['environment'];
const OWN = "os.environ is the session's own, and has none of this computer's variables";
const DOLLAR = pythonPattern(String.raw`\$(\$?)([^\W\d]\w*(?:\.[^\W\d]\w*)*)`, { global: true });
/** The formats of numbers and text. Monty refuses a cell that has another one. */
const SPEC = pythonPattern(String.raw`(?:[^'"{}\\]?[<>=^])?[-+ ]?#?0?\d{0,3}[,_]?(?:\.\d{1,3})?[bcdeEfFgGnosxX%]?`);

export function env({ code: { text } }: Parsed): Rewrite {
  if (text === '') {
    const none = `No environment variable is set: ${OWN}. %env NAME=VALUE sets one.`;
    const secret = shared.secrets.map(word => `${repr(word)} in __mk_n.lower()`).join(' or ');
    return {
      before: `None if __mk_environ else __mk_b_print(${repr(none)})`,
      value: `{__mk_n: '<hidden>' if ${secret} else __mk_environ[__mk_n] for __mk_n in __mk_environ}`,
      parts: PARTS
    };
  }
  if (text.includes('=') || text.includes(' ')) return set(text, 'env');
  const missing = `%env: ${shortened(text)} is not set: ${OWN}. %env NAME=VALUE sets one.`;
  const name = repr(text);
  const got = `(__mk_environ[${name}] if ${name} in __mk_environ else __mk_magic('!usage', ${repr(missing)}))`;
  return { before: got, parts: PARTS, isExpression: true };
}

export function setEnv({ code: { text } }: Parsed): Rewrite {
  return set(text, 'set_env');
}

function set(text: string, magic: string): Rewrite {
  const [before, , after] = partition(text, text.includes('=') ? '=' : ' ');
  const [name, value] = [strip(before), strip(after)];
  if (name === '' || (value === '' && !text.includes('='))) {
    throw new UsageError(`%${magic}: usage is '%${magic} NAME=VALUE'.`);
  }
  if (/[\s\0]/.test(name) || value.includes('\0')) {
    const shown = repr(shortened(name));
    throw new UsageError(`%${magic}: ${shown} cannot be the name of a variable: write os.environ[...] = ...`);
  }
  const place = `__mk_environ[${repr(name)}]`;
  const plain = `${place} = ${repr(value)}`;
  const code = expanded(value);
  const lines = code === null ? [plain] : ['try:', ` ${place} = ${code}`, 'except Exception:', ` ${plain}`];
  return { before: [...lines, `__mk_b_print(${repr(`env: ${name}=`)} + ${place})`].join('\n'), parts: PARTS };
}

/** A value is no template, and stays as it is. */
class NoTemplate extends Error {}

/** Code that makes the value with its expressions replaced; null if it has none. If one fails, IPython replaces none. */
function expanded(value: string): string | null {
  try {
    const found = [...pieces(value)];
    return found.length > 0 && !(found.length === 1 && found[0] === repr(value)) ? found.join(' + ') : null;
  } catch (error) {
    if (error instanceof NoTemplate || error instanceof NotPython) return null;
    throw error;
  }
}

function* pieces(value: string): Generator<string> {
  for (const { literal, field } of templateParts(value)) {
    let position = 0;
    for (const found of literal.matchAll(DOLLAR)) {
      yield repr(literal.slice(position, found.index));
      const [whole, escaped, name = ''] = found;
      yield escaped === '$' ? repr(`$${name}`) : formatted(name, '', null);
      position = found.index + whole.length;
    }
    yield repr(literal.slice(position));
    if (field !== null) {
      requireExpression(strip(field.expression));
      yield formatted(field.expression, field.spec, field.conversion);
    }
  }
}

function formatted(expression: string, spec: string, conversion: string | null): string {
  if (fullMatch(SPEC, spec) === null || !(conversion === null || 'rs'.includes(conversion))) throw new NoTemplate();
  const layout = (conversion === null ? '' : `!${conversion}`) + (spec === '' ? '' : `:${spec}`);
  return `(lambda __mk_v: f'{__mk_v${layout}}')(${expression})`;
}

interface Field {
  readonly expression: string;
  readonly spec: string;
  readonly conversion: string | null;
}

interface TemplatePart {
  readonly literal: string;
  readonly field: Field | null;
}

/** What Python's `string.Formatter().parse` gives. Throws NoTemplate where it raises ValueError. */
function* templateParts(text: string): Generator<TemplatePart> {
  let position = 0;
  while (position < text.length) {
    const found = /[{}]/.exec(text.slice(position));
    if (found === null) {
      yield { literal: text.slice(position), field: null };
      return;
    }
    const at = position + found.index;
    if (text[at + 1] === found[0]) {
      yield { literal: text.slice(position, at + 1), field: null };
      position = at + 2;
      continue;
    }
    if (found[0] === '}') throw new NoTemplate();
    const [field, end] = fieldAt(text, at + 1);
    yield { literal: text.slice(position, at), field };
    position = end;
  }
}

const NAME = /(?:[^{}:![]|\[[^\]]*\]?)*/y;
const REST = /^!(.)(?=[}:])|^(?=[}:])/su;

/** The field behind an opening brace, and where it ends. */
function fieldAt(text: string, start: number): [field: Field, end: number] {
  NAME.lastIndex = start;
  const expression = NAME.exec(text)?.[0] ?? '';
  let at = start + expression.length;
  const rest = REST.exec(text.slice(at));
  if (rest === null) throw new NoTemplate();
  at += rest[0].length;
  const conversion = rest[1] ?? null;
  if (text[at] === '}') return [{ expression, spec: '', conversion }, at + 1];
  let open = 1;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '{') open += 1;
    else if (text[end] === '}') open -= 1;
    if (open === 0) return [{ expression, spec: text.slice(at + 1, end), conversion }, end + 1];
  }
  throw new NoTemplate();
}
