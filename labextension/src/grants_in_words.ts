/** What a notebook may reach, in a few words and in full. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Grants } from './protocol';
import { harmless } from './words';

/** In a few words: `Sandboxed`, or `2 tools · 1 folder`. */
export function summaryOf(grants: Grants, trans: TranslationBundle): string {
  const tools = grants.tools.filter(tool => tool.permission !== 'deny').length + grants.more_tools;
  const parts: string[] = [];
  if (tools > 0) parts.push(trans._n('%1 tool', '%1 tools', tools));
  if (grants.mounts.length > 0) parts.push(trans._n('%1 folder', '%1 folders', grants.mounts.length));
  return parts.join(' · ') || trans.__('Sandboxed');
}

/** All of it, as elements. */
export function details(grants: Grants, trans: TranslationBundle): HTMLElement {
  const permissions = { allow: trans.__('allowed'), ask: trans.__('asks you first'), deny: trans.__('denied') };
  const modes = {
    ro: trans.__('can be read'),
    rw: trans.__('can be read and changed'),
    overlay: trans.__('can be read; changes stay in memory')
  };
  const node = document.createElement('div');
  node.className = 'mk-Grants';
  const tools = grants.tools.map(({ name, signature, about, permission }) => {
    const module = name.slice(0, name.lastIndexOf('.') + 1);
    return [`${module}${signature}`, permissions[permission], about];
  });
  if (grants.more_tools > 0) tools.push([trans.__('… %1 more', grants.more_tools), '', '']);
  const mounts = grants.mounts.map(({ place, host, mode }) => [host, modes[mode], trans.__('as %1', place)]);
  const limits = grants.limits.map(({ name, means, now, granted }) => {
    const most = now ?? trans.__('no limit');
    const tightened = trans.__('%1 (granted: %2)', most, granted ?? trans.__('no limit'));
    return [name, now === granted ? most : tightened, means];
  });
  node.append(
    ...table(trans.__('Tools'), tools, trans.__('No function of this computer.')),
    ...table(trans.__('Folders'), mounts, trans.__('No folder of this computer.')),
    ...table(trans.__('Limits'), limits, ''),
    ...table(
      trans.__('Not at all'),
      [],
      trans.__('The network, other files, environment variables and programs of this computer.')
    )
  );
  return node;
}

function table(title: string, rows: string[][], otherwise: string): HTMLElement[] {
  const heading = document.createElement('h3');
  heading.textContent = title;
  if (rows.length === 0) {
    const none = document.createElement('p');
    none.textContent = otherwise;
    return [heading, none];
  }
  const shown = document.createElement('table');
  for (const row of rows) {
    const line = shown.insertRow();
    for (const text of row) line.insertCell().textContent = harmless(text);
  }
  return [heading, shown];
}
