/** A list of rows of one height, of which only those in sight are in the document; one of them is selected. */

/** What the list shows. */
export interface Rows {
  readonly count: number;
  readonly height: number;
  /** The selected row; by default the one that has the index of the one that was. */
  readonly selected?: number;
  /** Fill an element that is new or was another row's. */
  fill(element: HTMLElement, index: number): void;
  /** Enter was pressed on a row, or it was clicked. */
  activated(index: number): void;
}

const BEYOND = 8; // rows above and below those in sight

export class VirtualList {
  /** The element to put into the document. It scrolls. */
  readonly node = document.createElement('div');

  readonly #space = document.createElement('div');
  readonly #shown = new Map<number, HTMLElement>();
  #rows: Rows | null = null;
  #selected = 0;
  #frame = 0;

  /** @param label - What the list is, for screen readers. */
  constructor(label: string) {
    const { node } = this;
    node.tabIndex = 0;
    node.setAttribute('role', 'listbox');
    node.setAttribute('aria-label', label);
    this.#space.setAttribute('role', 'presentation');
    node.append(this.#space);
    node.addEventListener('scroll', () => {
      this.refresh();
    });
    node.addEventListener('keydown', event => {
      this.#pressed(event);
    });
    node.addEventListener('click', event => {
      const index = this.indexOf(event.target);
      if (index === null) return;
      this.select(index);
      this.#rows?.activated(index);
    });
  }

  /** Show these rows from now on. */
  set rows(rows: Rows) {
    this.#rows = rows;
    this.#space.style.height = `${rows.count * rows.height}px`;
    for (const element of this.#shown.values()) element.remove();
    this.#shown.clear();
    this.select(Math.min(rows.selected ?? this.#selected, Math.max(rows.count - 1, 0)), { scroll: false });
  }

  /** The index of the selected row. */
  get selected(): number {
    return this.#selected;
  }

  /** Select a row, and bring it into sight. */
  select(index: number, { scroll = true } = {}): void {
    const rows = this.#rows;
    if (rows === null) return;
    this.#selected = Math.max(0, Math.min(index, rows.count - 1));
    const top = this.#selected * rows.height;
    const { node } = this;
    if (scroll && top < node.scrollTop) node.scrollTop = top;
    else if (scroll && top + rows.height > node.scrollTop + node.clientHeight) {
      node.scrollTop = top + rows.height - node.clientHeight;
    }
    this.#draw();
  }

  /** The index of the row that an element is in; null if it is in none. */
  indexOf(target: EventTarget | null): number | null {
    const row = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
    if (row === null || !this.node.contains(row)) return null;
    return Number(row.dataset['index']);
  }

  /** The list may have another size, or was scrolled. */
  refresh(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const rows = this.#rows;
    if (rows === null) return;
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / rows.height) - BEYOND);
    const last = Math.min(rows.count, Math.ceil((scrollTop + clientHeight) / rows.height) + BEYOND);
    for (const [index, element] of this.#shown) {
      if (index >= first && index < last) continue;
      element.remove();
      this.#shown.delete(index);
    }
    for (let index = first; index < last; index += 1) {
      let element = this.#shown.get(index);
      if (element === undefined) {
        element = this.#made(rows, index);
        this.#shown.set(index, element);
        this.#space.append(element);
      }
      element.setAttribute('aria-selected', String(index === this.#selected));
    }
    if (this.#shown.has(this.#selected)) this.node.setAttribute('aria-activedescendant', this.#idOf(this.#selected));
    else this.node.removeAttribute('aria-activedescendant');
  }

  #made(rows: Rows, index: number): HTMLElement {
    const element = document.createElement('div');
    element.setAttribute('role', 'option');
    element.setAttribute('aria-setsize', String(rows.count));
    element.setAttribute('aria-posinset', String(index + 1));
    element.id = this.#idOf(index);
    element.dataset['index'] = String(index);
    element.style.transform = `translateY(${index * rows.height}px)`;
    element.style.height = `${rows.height}px`;
    rows.fill(element, index);
    return element;
  }

  readonly #id = `monty-list-${Math.random().toString(36).slice(2)}`;

  #idOf(index: number): string {
    return `${this.#id}-${index}`;
  }

  #pressed(event: KeyboardEvent): void {
    const rows = this.#rows;
    if (rows === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.node.clientHeight / rows.height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: this.#selected + 1,
      ArrowUp: this.#selected - 1,
      PageDown: this.#selected + page,
      PageUp: this.#selected - page,
      Home: 0,
      End: rows.count - 1
    };
    const to = steps[event.key];
    if (to !== undefined) this.select(to);
    else if (event.key === 'Enter') rows.activated(this.#selected);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
