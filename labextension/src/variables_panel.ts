/** The sidebar with the variables of the session. A click, or Enter, shows one in its own display. */

import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { PartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import type { Current } from './current';
import type { Variable } from './protocol';
import { arranged, CurrentVariables } from './variables';
import type { Column, Order } from './variables';
import { VirtualList } from './virtual_list';

const HEIGHT = 24; // of a row, in pixels
const NAME = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u; // of a variable that can be shown

export class VariablesPanel extends Panel {
  readonly #variables: CurrentVariables;
  readonly #list: VirtualList;
  readonly #filter = document.createElement('input');
  readonly #empty = document.createElement('p');
  readonly #headers = new Map<Column, HTMLButtonElement>();
  readonly #value: ValueView;
  #order: Order = { by: 'name', isDescending: false };
  #rows: Variable[] = [];

  constructor(
    private readonly current: Current,
    rendermime: IRenderMimeRegistry,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'monty-variables';
    this.title.icon = listIcon;
    this.title.caption = trans.__('Variables');
    this.addClass('mk-Variables');
    this.#variables = new CurrentVariables(current);
    this.#list = new VirtualList(trans.__('Variables of the session'));
    this.#list.node.classList.add('mk-Variables-list');
    this.#empty.className = 'mk-Timeline-empty';
    this.#value = new ValueView(rendermime, trans, () => {
      this.#list.node.focus();
    });
    const top = new Widget();
    top.addClass('mk-Variables-top');
    top.node.append(...this.#head(), this.#empty, this.#list.node);
    this.addWidget(top);
    this.addWidget(this.#value);
    current.changed.connect(this.#look, this);
    this.#variables.changed.connect(this.#draw, this);
    this.#draw();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#look();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this.#list.refresh();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.#filter.focus();
  }

  #look(): void {
    if (this.isVisible) void this.#variables.look();
  }

  #head(): HTMLElement[] {
    const { trans } = this;
    const heading = document.createElement('h2');
    heading.textContent = trans.__('Variables');
    this.#filter.type = 'search';
    this.#filter.className = 'jp-mod-styled';
    this.#filter.placeholder = trans.__('Filter by name or type');
    this.#filter.setAttribute('aria-label', this.#filter.placeholder);
    this.#filter.oninput = () => {
      this.#draw();
    };
    const columns = document.createElement('div');
    columns.className = 'mk-Variables-columns mk-Variable';
    columns.setAttribute('role', 'group');
    columns.setAttribute('aria-label', trans.__('Sort by'));
    const labels: Record<Column, string> = {
      name: trans.__('Name'),
      type: trans.__('Type'),
      length: trans.__('Length'),
      text: trans.__('Value')
    };
    for (const by of ['name', 'type', 'length', 'text'] as const) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = labels[by];
      button.onclick = () => {
        this.#order = { by, isDescending: this.#order.by === by && !this.#order.isDescending };
        this.#draw();
      };
      this.#headers.set(by, button);
      columns.append(button);
    }
    return [heading, this.#filter, columns];
  }

  #draw(): void {
    const { all, why } = this.#variables;
    const { trans } = this;
    this.#rows = arranged(all, this.#filter.value, this.#order);
    for (const [by, button] of this.#headers) {
      const isOne = by === this.#order.by;
      button.setAttribute('aria-pressed', String(isOne));
      button.dataset['order'] = isOne ? (this.#order.isDescending ? 'down' : 'up') : '';
    }
    const isEmpty = this.#rows.length === 0;
    this.#empty.hidden = !isEmpty;
    this.#list.node.hidden = isEmpty;
    if (why !== '') this.#empty.textContent = trans.__('The variables are not known: %1', why);
    else if (all.length > 0) this.#empty.textContent = trans.__('No variable has that in its name or type.');
    else if (this.current.timeline !== null) this.#empty.textContent = trans.__('The session has no variables.');
    else this.#empty.textContent = trans.__('Notebooks whose kernel is Monty show their variables here.');
    this.#list.rows = {
      count: this.#rows.length,
      height: HEIGHT,
      fill: (element, index) => {
        const row = this.#rows[index];
        if (row !== undefined) fill(element, row, trans);
      },
      activated: index => {
        const row = this.#rows[index];
        if (row !== undefined) void this.#show(row);
      }
    };
  }

  async #show({ name, text }: Variable): Promise<void> {
    const { timeline } = this.current;
    if (timeline === null) return;
    // environment variables and files have no display, nor has what has too long a name
    if (!NAME.test(name)) {
      this.#value.tell(name, text === '' ? this.trans.__('It has no display.') : text);
      return;
    }
    const turn = this.#value.tell(name, this.trans.__('A copy of the session shows it…'));
    const shown = await timeline.value(name);
    if (!this.#value.isNow(turn)) return; // another one was clicked
    if (shown.status === 'error' && shown.ename === 'ValueError') {
      // a kernel that was not told of this question, such as an older one
      this.#value.tell(name, this.trans.__('This kernel shows no values here. Run a cell with the name alone.'));
    } else if (shown.status === 'error') this.#value.tell(name, shown.evalue);
    else if (shown.data === undefined) this.#value.tell(name, shown.error);
    else await this.#value.render(name, shown.data, shown.metadata);
  }
}

function fill(element: HTMLElement, { name, kind, type, length, text }: Variable, trans: TranslationBundle): void {
  element.className = `mk-Variable mk-mod-${kind}`;
  const count = length === null ? '' : String(length);
  const said = text === `${type} of ${length}` ? '' : text; // other columns say it
  const spoken = [name, type, length === null ? '' : trans.__('length %1', length), said];
  element.setAttribute('aria-label', spoken.filter(part => part !== '').join(', '));
  element.title = [name, type, said].filter(part => part !== '').join('\n');
  for (const part of [name, type, count, said]) {
    const cell = document.createElement('span');
    cell.textContent = part;
    element.append(cell);
  }
}

/** Below the list: one value in full. */
class ValueView extends Panel {
  readonly #heading = document.createElement('span');
  #turn = 0;

  constructor(
    private readonly rendermime: IRenderMimeRegistry,
    trans: TranslationBundle,
    closed: () => void
  ) {
    super();
    this.addClass('mk-Value');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-live', 'polite');
    const head = new Widget();
    head.addClass('mk-Value-head');
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'jp-mod-styled';
    close.textContent = '×';
    close.title = trans.__('Close');
    close.setAttribute('aria-label', trans.__('Close'));
    close.onclick = () => {
      this.#turn += 1;
      this.hide();
      closed();
    };
    this.#heading.className = 'mk-Value-name';
    head.node.append(this.#heading, close);
    this.addWidget(head);
    this.hide();
  }

  /** Show a line in place of a value. Returns what `isNow` takes. */
  tell(name: string, text: string): number {
    const line = new Widget({ node: document.createElement('p') });
    line.node.textContent = text;
    this.#set(name, line);
    return this.#turn;
  }

  /** Whether nothing else was to be shown since. */
  isNow(turn: number): boolean {
    return turn === this.#turn;
  }

  /** Show a MIME bundle, as the outputs of a cell are shown: the kernel sanitizes both alike. */
  async render(name: string, data: Record<string, unknown>, metadata: Record<string, unknown>): Promise<void> {
    const bundle = { data: data as PartialJSONObject, metadata: metadata as PartialJSONObject, trusted: true };
    const model = this.rendermime.createModel(bundle);
    const type = this.rendermime.preferredMimeType(model.data, 'any');
    if (type === undefined) {
      this.tell(name, Object.keys(data).join(', ')); // nothing here can draw it
      return;
    }
    const view = this.rendermime.createRenderer(type);
    this.#set(name, view);
    await view.renderModel(model);
  }

  #set(name: string, view: Widget): void {
    this.#turn += 1;
    this.#heading.textContent = name;
    for (const old of this.widgets.slice(1)) old.dispose();
    view.addClass('mk-Value-view');
    this.addWidget(view);
    this.show();
  }
}
