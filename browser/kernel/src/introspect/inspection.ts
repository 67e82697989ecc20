/** Answers Shift-Tab, `name?` and `help(name)` with documentation, or with a variable's type and value. */

import { rstrip } from '../source/python_text';
import { identifierAfter, identifierBefore, primaryBefore, surroundings } from './cursor';
import { literalType } from './completion';
import { definitionIn } from './definitions';
import { attributesOf, attributesOfClass, BUILTINS, docOf, isModule, membersOf, STUB, typeKey } from './facts';
import { pathOf } from './live';
import { asPython, magicPlace } from './place';
import type { Known } from './completion';
import type { Definition } from './definitions';
import type { Doc } from './facts';
import type { Look, Path } from './live';

const WIDTH = 17;
const MOST_NESTED = 8;

export class Inspector {
  constructor(private readonly known: Known) {}

  /** The page about the function whose call the cursor is in, or the name at the cursor. */
  async inspect(code: string, cursor: number, detail: number): Promise<string | null> {
    const rest = code.slice(cursor).split('\n')[0] ?? '';
    const at = /^[ \t?]*$/.test(rest) ? code.slice(0, cursor).replace(/\?+$/, '').length : cursor;
    const magic = magicPlace(code, at);
    if (magic !== null && (magic.part === 'name' || magic.part === 'option')) {
      const name = /^%*([\w.]*)/.exec(code.slice(magic.start))?.[1] ?? '';
      return this.known.magics.help(magic.part === 'name' ? name : magic.name);
    }
    const isPython = magic?.part === 'python';
    const text = isPython ? ' '.repeat(magic.start) + code.slice(magic.start) : asPython(code);
    for (const expression of targets(text.replace(/\?+\s*$/, ''), Math.min(at, text.length))) {
      const page = await this.describe(expression, detail, false);
      if (page !== null) return page;
    }
    return null;
  }

  /** A page about a name or a dotted one, or about a magic written with its `%`; null if nothing is known. */
  async describe(topic: string, detail: number, unimported = true): Promise<string | null> {
    const name = topic.trim();
    if (name.startsWith('%')) return this.known.magics.help(name.replace(/^%+/, ''));
    const literal = /^(.*[\])}'"])\.(\w+)$/s.exec(name);
    const type = literalType(literal?.[1] ?? '');
    if (type !== null) return documented(`${type}.${literal?.[2] ?? ''}`);
    const path = name.length > 1_000 ? null : pathOf(name);
    if (path === null) return null;
    const look = await this.known.live.look(path);
    if (look !== null) return (await this.#known(path, look, detail)) ?? this.#ofValue(path, look);
    const isThere = path.root in BUILTINS || unimported;
    return this.#unseen(path, isThere ? name : '', detail);
  }

  async #known(path: Path, look: Look, detail: number): Promise<string | null> {
    if (look.kind === 'instance') return null;
    if (look.kind === 'module') return documented(look.name);
    const member = path.steps.at(-1);
    if (look.kind === 'function' && member !== undefined) return this.#ofMember(path, detail);
    for (const name of [look.name, path.root]) {
      const own = definitionIn(this.known.cells(), name);
      if (own !== null && own.isClass === (look.kind === 'class')) return definitionPage(own, detail);
    }
    if (look.name in BUILTINS) return documented(look.name);
    if (look.kind === 'class') return documented(typeKey(look.name));
    return this.#ofImported(look.name);
  }

  /** A function of a module that was imported by its name. */
  async #ofImported(name: string): Promise<string | null> {
    for (const { text } of [...this.known.cells()].reverse()) {
      for (const [, module = ''] of text.matchAll(/\bfrom[ \t]+([\w.]+)[ \t]+import\b/g)) {
        if (membersOf(module)?.[name] === 'function') return documented(`${module}.${name}`);
      }
    }
    return null;
  }

  async #ofMember(path: Path, detail: number): Promise<string | null> {
    const member = path.steps.at(-1);
    if (member?.[0] !== '.') return null;
    const owner = await this.known.live.look({ root: path.root, steps: path.steps.slice(0, -1) });
    if (owner === null) return null;
    if (owner.kind === 'module') {
      return membersOf(owner.name)?.[member[1]] === undefined ? null : documented(`${owner.name}.${member[1]}`);
    }
    const isClass = owner.kind === 'class';
    const type = isClass ? owner.name : owner.typeName;
    const own = definitionIn(this.known.cells(), type.replace(/^__main__\./, ''), member[1]);
    if (own !== null) return definitionPage(own, detail);
    const has = (isClass ? attributesOfClass(type) : attributesOf(type))?.[member[1]] !== undefined;
    return has ? documented(`${typeKey(type)}.${member[1]}`) : null;
  }

  async #unseen(path: Path, name: string, detail: number): Promise<string | null> {
    if (path.steps.length > 0) {
      const method = await this.#ofMember(path, detail);
      if (method !== null) return method;
      const isBusy = (await this.known.live.names('__mk_see_nothing')) === null;
      const [step] = path.steps;
      const own =
        isBusy && path.steps.length === 1 && step?.[0] === '.'
          ? definitionIn(this.known.cells(), path.root, step[1])
          : null;
      if (own !== null) return definitionPage(own, detail);
      if ((await this.known.live.look({ root: path.root, steps: [] })) !== null) return null;
    } else {
      const isBusy = (await this.known.live.names('__mk_see_nothing')) === null;
      const own = definitionIn(isBusy ? this.known.cells() : [STUB], path.root);
      if (own !== null) return definitionPage(own, detail);
    }
    const isKnown =
      name in BUILTINS || isModule(name) || (path.steps.length > 0 && isModule(name.slice(0, name.lastIndexOf('.'))));
    return isKnown || path.root in BUILTINS ? documented(name) : null;
  }

  async #ofValue(path: Path, look: Look): Promise<string> {
    const value = await this.known.live.value(path);
    const own = look.kind === 'instance' ? definitionIn(this.known.cells(), look.typeName) : null;
    let doc = own?.doc ?? value?.doc ?? null;
    if (doc === null && own === null && look.kind === 'instance')
      doc = (await docOf(typeKey(look.typeName)))?.[2] ?? null;
    return page([
      [
        'Init signature',
        look.kind === 'class' && look.fields.length > 0 ? `${look.name}(${look.fields.join(', ')})` : null
      ],
      ['Type', look.typeName],
      ['String form', value?.text ?? null],
      ['Length', value?.length == null ? null : String(value.length)],
      ['File', own === null ? null : cellName(own.cell)],
      ['Docstring', doc]
    ]);
  }
}

/** The expressions to describe, in order. */
function targets(text: string, cursor: number): string[] {
  const around = surroundings(text, cursor);
  const calls = around.stack
    .filter(opened => opened.kind === '(')
    .slice(-MOST_NESTED)
    .reverse();
  const found: string[] = [];
  const inside = around.stack.at(-1)?.kind ?? '';
  if (!['string', 'comment', 'template', 'spec'].includes(inside)) {
    const end = identifierAfter(text, cursor);
    const start = identifierBefore(text, end);
    if (start < end && !/\d/.test(text.charAt(start))) found.push(primaryTo(text, end));
    else if (text[cursor] === '(') found.push(primaryTo(text, cursor));
    else if (around.pairs.has(cursor) && text[cursor - 1] === ')') {
      found.push(primaryTo(text, around.pairs.get(cursor) ?? cursor));
    } else if (around.pairs.has(cursor) && text[cursor - 1] === ']') {
      found.push(text.slice(primaryBefore(text, cursor, around), cursor));
    }
  }
  return [...new Set([...calls.map(call => primaryTo(text, call.start)), ...found])].filter(each => each.trim() !== '');
}

function primaryTo(text: string, offset: number): string {
  const end = rstrip(text.slice(0, offset)).length;
  return text.slice(primaryBefore(text, end, surroundings(text, end)), end).trim();
}

async function documented(name: string): Promise<string | null> {
  const doc = await docOf(name);
  return doc === null ? null : docPage(name, doc);
}

function docPage(_: string, [kind, signature, doc]: Doc): string {
  const title = kind.endsWith('class') ? 'Init signature' : 'Signature';
  return page([
    [title, signature],
    ['Docstring', doc ?? '<no docstring>'],
    ['Type', kind]
  ]);
}

function definitionPage(known: Definition, detail: number): string {
  const source = detail > 0 && known.cell !== STUB.label ? known.source : null;
  return page([
    [known.isClass ? 'Init signature' : 'Signature', known.signature],
    ['Source', source],
    ['Docstring', source === null ? (known.doc ?? '<no docstring>') : null],
    ['Init docstring', source === null ? known.initDoc : null],
    ['File', cellName(known.cell)],
    ['Type', known.isClass ? 'type' : known.isAsync ? 'coroutine function' : 'function']
  ]);
}

function cellName(label: string): string | null {
  if (label === STUB.label) return null;
  return label.startsWith('In[') ? `Cell ${label}` : label;
}

/** A page of titled fields, laid out as in IPython with ANSI colours. Fields without text are left out. */
export function page(fields: readonly (readonly [title: string, text: string | null])[]): string {
  return fields
    .filter(([, text]) => text !== null && text.trim() !== '')
    .map(([title, text]) => {
      const label = `\u001b[31m${title}:\u001b[39m`;
      if (text?.includes('\n') || title === 'Source') return `${label}\n${rstrip(text ?? '')}`;
      return label + ' '.repeat(Math.max(1, WIDTH - title.length - 1)) + (text ?? '');
    })
    .join('\n');
}
