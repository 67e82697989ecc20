/** The sidebar: the tree of states, the newest first. A click goes there. */

import { undoIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { Current } from './current';
import { MOST_LANES, rowsOf } from './lanes';
import type { KernelTimeline } from './kernel_timeline';
import type { Row } from './lanes';
import { resumeLast, saidOfLast } from './last_session';
import { act } from './travel';
import { VirtualList } from './virtual_list';
import { clock, details, isGone, numberOf, summary } from './words';

const HEIGHT = 40; // of a row, in pixels
const LANE = 12;
const SVG = 'http://www.w3.org/2000/svg';

export class TimelinePanel extends Widget {
  readonly #list: VirtualList;
  readonly #empty = document.createElement('div');
  #rows: Row[] = [];
  #present: number | null = null; // when it was drawn last
  #drawn = false;

  constructor(
    private readonly current: Current,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'monty-timeline';
    this.title.icon = undoIcon;
    this.title.caption = trans.__('Timeline');
    this.addClass('mk-Timeline');
    const heading = document.createElement('h2');
    heading.textContent = trans.__('Timeline');
    this.#list = new VirtualList(trans.__('States of the session, the newest first'));
    this.#list.node.classList.add('mk-Timeline-list');
    this.#empty.className = 'mk-Timeline-empty';
    this.node.append(heading, this.#empty, this.#list.node);
    current.changed.connect(this.#changed, this);
    this.#changed();
  }

  /** The number of the state whose row an event happened in; null outside of rows. */
  stateAt(target: EventTarget | null): number | null {
    const index = this.#list.indexOf(target);
    return index === null ? null : (this.#rows[index]?.state.number ?? null);
  }

  /** The number of the selected state; null if there is none. */
  get selected(): number | null {
    return this.#rows[this.#list.selected]?.state.number ?? null;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#changed();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this.#list.refresh();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.#list.node.focus();
  }

  #changed(): void {
    if (!this.isVisible && this.#drawn) return; // drawn again when it is shown
    this.#drawn = true;
    const { timeline } = this.current;
    const states = timeline === null ? [] : timeline.states.values();
    const present = timeline?.present ?? 0;
    const { selected } = this;
    const wanted = selected === null || selected === this.#present ? present : selected;
    this.#present = present;
    this.#rows = rowsOf(states, present);
    const isEmpty = this.#rows.length === 0;
    this.#empty.hidden = !isEmpty;
    this.#list.node.hidden = isEmpty;
    if (isEmpty) this.#empty.replaceChildren(...this.#instead(timeline));
    this.#list.rows = {
      count: this.#rows.length,
      height: HEIGHT,
      selected: Math.max(
        0,
        this.#rows.findIndex(row => row.state.number === wanted)
      ),
      fill: (element, index) => {
        const row = this.#rows[index];
        if (row !== undefined) this.#fill(element, row);
      },
      activated: index => {
        const row = this.#rows[index];
        const { timeline: now } = this.current;
        if (row === undefined || now === null || row.state.number === now.present || isGone(row.state)) return;
        void act(now, { action: 'restore', target: row.state.number });
      }
    };
  }

  /** What is shown where there are no states. */
  #instead(timeline: KernelTimeline | null): HTMLElement[] {
    const text = document.createElement('p');
    if (timeline === null) {
      text.textContent = this.trans.__('Notebooks whose kernel is Monty show their states here.');
      return [text];
    }
    text.textContent = this.trans.__('After the first cell, each cell leaves a state here that you can go back to.');
    const last = timeline.lastSession;
    if (last === null) return [text];
    const offer = document.createElement('p');
    offer.textContent = saidOfLast(last, this.trans);
    if (!last.own) return [text, offer];
    const button = document.createElement('button');
    button.className = 'jp-mod-styled jp-mod-accept';
    button.textContent = this.trans.__('Resume');
    button.onclick = () => {
      resumeLast(timeline, last);
    };
    return [text, offer, button];
  }

  #fill(element: HTMLElement, row: Row): void {
    const { state } = row;
    const { timeline } = this.current;
    const isHere = timeline?.present === state.number;
    element.className = 'mk-State';
    element.classList.toggle('mk-mod-present', isHere);
    element.classList.toggle('mk-mod-undone', timeline?.isOnPath(state.number) === false);
    element.classList.toggle('mk-mod-failed', state.failed);
    element.classList.toggle('mk-mod-dropped', isGone(state));
    if (isGone(state)) element.setAttribute('aria-disabled', 'true');
    if (isHere) element.setAttribute('aria-current', 'true');
    element.title = details(state);
    const text = document.createElement('div');
    text.className = 'mk-State-text';
    const cell = document.createElement('div');
    cell.className = 'mk-State-cell';
    cell.append(span('mk-State-number', numberOf(state)), span('mk-State-label', state.label));
    for (const name of state.names) cell.append(span('mk-State-name', name));
    const news = document.createElement('div');
    news.className = 'mk-State-news';
    news.append(span('mk-State-changes', summary(state)), span('mk-State-time', clock(state.time)));
    text.append(cell, news);
    element.append(drawing(row, isHere), text);
  }
}

function span(name: string, text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}

/** The lines of a row and its dot. */
function drawing({ lane, past, from, leads }: Row, isHere: boolean): SVGElement {
  const lanes = Math.min(Math.max(lane, ...past, ...from) + 1, MOST_LANES);
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('class', 'mk-State-lanes');
  drawing.setAttribute('width', String(lanes * LANE));
  drawing.setAttribute('height', String(HEIGHT));
  drawing.setAttribute('aria-hidden', 'true');
  const [x, middle] = [place(lane), HEIGHT / 2];
  for (const each of past) line(drawing, place(each), 0, place(each), HEIGHT);
  for (const each of from) line(drawing, place(each), 0, x, middle);
  if (leads) line(drawing, x, middle, x, HEIGHT);
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('cx', String(x));
  dot.setAttribute('cy', String(middle));
  dot.setAttribute('r', isHere ? '5' : '3.5');
  drawing.append(dot);
  return drawing;
}

function place(lane: number): number {
  return lane * LANE + LANE / 2;
}

function line(drawing: SVGElement, x1: number, y1: number, x2: number, y2: number): void {
  const element = document.createElementNS(SVG, 'line');
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) element.setAttribute(name, String(value));
  drawing.append(element);
}
