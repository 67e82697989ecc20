/** States as a person reads them: a tree in text, and a table in HTML. */

import { isDropped } from './timeline';
import type { State, Timeline } from './timeline';

/** The drawing of a state's lane, the state, and its parent unless that is the row above it in its lane. */
type Row = [lane: string, state: State, origin: State | null];

/** One line for each state: its branch, cell, time, size, first line and names; an arrow at the present one. */
export function asText(timeline: Timeline, most: number | null): string {
  const [shown, leftOut] = newest(timeline, most);
  const rows = shown.map(([lane, state, origin]) => {
    const here = state.number === timeline.current ? '-> ' : '   ';
    const names = state.names.size > 0 ? `  [${[...state.names].sort().join(', ')}]` : '';
    const failed = state.failed ? '  (failed)' : '';
    const head = `${here}${lane}${cellOf(state).padEnd(8)} ${clock(state)} ${sizeOf(state).padStart(9)}`;
    return `${head}  ${state.label}${failed}${names}${originOf(origin)}`.trimEnd();
  });
  return (leftOut === '' ? rows : [leftOut, ...rows]).join('\n');
}

/** The same as a table. */
export function asHtml(timeline: Timeline, most: number | null): string {
  const [shown, leftOut] = newest(timeline, most);
  const left = ' style="text-align: left"';
  const rows = shown.map(([lane, state, origin]) => {
    const here = state.number === timeline.current;
    const names = [...state.names].sort().map(name => ` <strong>${escaped(name)}</strong>`);
    const code = state.label === '' ? '' : `<code>${escaped(state.label)}</code>`;
    const drawing = `${lane}${here ? '●' : '○'} ${cellOf(state)}`;
    return (
      `<tr${here ? ' style="font-weight: bold"' : ''}><td style="text-align: left; white-space: pre">${drawing}</td>` +
      `<td${left}>${code}${names.join('')}${escaped(originOf(origin))}</td>` +
      `<td>${state.failed ? 'failed' : ''}</td><td>${clock(state)}</td><td>${sizeOf(state)}</td></tr>`
    );
  });
  const titles = ['state', 'cell', '', 'time', 'size'];
  const head = titles.map(title => `<th${title === 'state' || title === 'cell' ? left : ''}>${title}</th>`).join('');
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return leftOut === '' ? table : `<p>${escaped(leftOut)}</p>${table}`;
}

/** The branch of the present state is drawn straight down; the others are to the right of where they left it. */
function lanes(timeline: Timeline): Row[] {
  const main = new Set([...timeline.wayBack()].map(state => state.number));
  const laneOf = new Map<number, number>();
  const firstChild = new Map<number, number>();
  const above = new Map<number, number>(); // lane -> the last state in it
  const rows: Row[] = [];
  for (const state of timeline) {
    let lane = 0;
    if (state.parent !== null && !main.has(state.number)) {
      const first = firstChild.get(state.parent) ?? state.number;
      firstChild.set(state.parent, first);
      const goesOn = first === state.number && !main.has(state.parent);
      lane = (laneOf.get(state.parent) ?? 0) + (goesOn ? 0 : 1);
    }
    laneOf.set(state.number, lane);
    const joins = state.parent !== null && above.get(lane) !== state.parent;
    rows.push(['│ '.repeat(lane), state, joins && state.parent !== null ? timeline.get(state.parent) : null]);
    above.set(lane, state.number);
  }
  return rows;
}

/** The rows to show, and a line that says how many are not. */
function newest(timeline: Timeline, most: number | null): [Row[], string] {
  const rows = lanes(timeline);
  if (most === null || rows.length <= most) return [rows, ''];
  const older = rows.slice(0, -most);
  const kept = older.filter(([, state]) => state.names.size > 0 || state.number === timeline.current);
  const hidden = (older.length - kept.length).toLocaleString('en-US');
  return [[...kept, ...rows.slice(-most)], `${hidden} earlier states are not shown; %snapshots -a shows all.`];
}

function cellOf(state: State): string {
  if (state.number > 0) return `In[${state.number}]`;
  return state.number === 0 ? 'start' : '·';
}

function originOf(parent: State | null): string {
  return parent === null ? '' : `  <- ${cellOf(parent)}`;
}

function clock(state: State): string {
  const when = new Date(state.created);
  const two = (part: number): string => String(part).padStart(2, '0');
  const time = `${two(when.getHours())}:${two(when.getMinutes())}`;
  if (when.toDateString() === new Date().toDateString()) return `${time}:${two(when.getSeconds())}`;
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())} ${time}`;
}

/** The bytes of a state, in words. */
export function sizeOf(state: State): string {
  if (isDropped(state)) return 'dropped';
  if (state.size < 10 << 20) return `${Math.round(state.size / 1024).toLocaleString('en-US')} KiB`;
  return `${(state.size >> 20).toLocaleString('en-US')} MiB`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
