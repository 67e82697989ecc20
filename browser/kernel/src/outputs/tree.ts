/**
 * Builds a tree of canonical markup in a document that runs and loads nothing, and writes it again from lists of what
 * may be written.
 *
 * It is the second of two layers: `markup.ts` has left out before what may not stay. Nothing is taken out of the tree
 * here. What is written is what the lists have, and each start tag that is written has passed DOMPurify.
 */

import { purified } from './purified';
import { tagsOf, textWritten } from './start_tags';
import type { Written } from './start_tags';
import type { Steps } from './steps';

/** Nodes that are looked at between two looks at the clock. */
const STEP = 100;

/** Write markup in canonical form anew, as far as the lists and DOMPurify allow it. */
export function* rewritten(canonical: string): Steps<string> {
  const text = canonical.replace(/^\ufeff/, ''); // a mark that says how a file is encoded
  const { body } = new DOMParser().parseFromString(`<!DOCTYPE html><body>${text}`, 'text/html');
  yield;
  const tags = yield* tagsBelow(body);
  const out: string[] = [];
  const ends: string[] = [];
  let steps = 0;
  for (let node: Node | null = body.firstChild; node !== null;) {
    steps += 1;
    if (steps % STEP === 0) yield;
    const tag = node.nodeType === Node.ELEMENT_NODE ? tags.get(node as Element) : undefined;
    if (node.nodeType === Node.TEXT_NODE) out.push(textWritten(node.nodeValue ?? ''));
    if (tag !== undefined) {
      out.push(tag.start);
      ends.push(tag.end);
      if (node.firstChild !== null) {
        node = node.firstChild;
        continue;
      }
      out.push(ends.pop() ?? '');
    }
    while (node !== null && node.nextSibling === null && ends.length > 0) {
      out.push(ends.pop() ?? '');
      node = node.parentNode;
    }
    node = node?.nextSibling ?? null;
  }
  return out.join('');
}

/** The tags of all elements that may be written. Many have the same: a table is thousands of equal cells. */
function* tagsBelow(body: HTMLElement): Steps<Map<Element, Written>> {
  const different = new Map<string, Element>();
  const keys: [Element, string][] = [];
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_ELEMENT);
  let steps = 0;
  while (walker.nextNode() !== null) {
    const element = walker.currentNode as Element;
    const written = tagsOf(element);
    if (written !== null) {
      const key = `${element.namespaceURI ?? ''} ${written.start}`;
      if (!different.has(key)) different.set(key, element);
      keys.push([element, key]);
    }
    steps += 1;
    if (steps % STEP === 0) yield;
  }
  const passed = yield* purified(different);
  const tags = new Map<Element, Written>();
  for (const [element, key] of keys) {
    const written = passed.get(key);
    if (written !== undefined) tags.set(element, written);
    steps += 1;
    if (steps % STEP === 0) yield;
  }
  return tags;
}
