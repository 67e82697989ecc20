/** What front ends are told of what a notebook may reach. All texts are plain, on one line. */

import { effective, KINDS } from '../engine/limits';
import { visibleLine } from '../errors/visible_text';
import { characters, firstCharacters } from '../source/python_text';
import type { HeldLimits, MountMode, MountSpec } from '../worker/messages';

/** Characters of a text. */
const LONGEST = 300;

/** As docs/protocol.md has it. A page has no tools. */
export interface GrantsData {
  readonly tools: readonly never[];
  readonly more_tools: 0;
  readonly mounts: readonly { place: string; host: string; mode: MountMode }[];
  readonly limits: readonly { name: string; means: string; now: string | null; granted: string | null }[];
}

export function grantsData(mounts: readonly MountSpec[], { now, granted }: HeldLimits): GrantsData {
  return {
    tools: [],
    more_tools: 0,
    mounts: mounts.map(({ place, folder, mode }) => ({ place: line(place), host: line(folder), mode })),
    limits: [...KINDS.values()].map(({ name, means, show }) => {
      const inWords = (value: number | null): string | null => (value === null ? null : show(value));
      return { name, means, now: inWords(effective(now, name)), granted: inWords(effective(granted, name)) };
    })
  };
}

function line(text: string): string {
  const shown = visibleLine(firstCharacters(text, LONGEST));
  return characters(text) <= LONGEST ? shown : `${shown}…`;
}
