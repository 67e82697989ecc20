/** Puts what a kernel publishes into the cells of a notebook, as front ends do. */

/** An output as a notebook has it. */
export type CellOutput = Record<string, unknown>;

/** What of a message is looked at. */
export interface Published {
  type: string;
  content: Record<string, unknown>;
}

interface Shown {
  cell: number;
  at: number;
}

/** The outputs of one notebook, whose cells run one after the other. */
export class NotebookOutputs {
  readonly cells: CellOutput[][] = [];
  #clearNext = false;
  #displays = new Map<string, Shown[]>();

  /** The next cell runs. */
  startCell(): void {
    this.cells.push([]);
    this.#clearNext = false;
  }

  /** Take what was published for the running cell. */
  add({ type, content }: Published): void {
    switch (type) {
      case 'stream': {
        const last = this.#clearNext ? undefined : this.#outputs.at(-1);
        if (last?.['output_type'] === 'stream' && last['name'] === content['name']) {
          last['text'] = String(last['text']) + String(content['text']);
        } else {
          this.#append({ output_type: 'stream', name: content['name'], text: content['text'] });
        }
        return;
      }
      case 'clear_output':
        if (content['wait'] === true) this.#clearNext = true;
        else this.#clear();
        return;
      case 'display_data':
      case 'update_display_data':
        this.#display(type === 'update_display_data', content);
        return;
      case 'execute_result': {
        const { data, metadata, execution_count } = content;
        this.#append({ output_type: 'execute_result', metadata, data, execution_count });
        return;
      }
      case 'error': {
        const { ename, evalue, traceback } = content;
        this.#append({ output_type: 'error', ename, evalue, traceback });
      }
    }
  }

  #display(update: boolean, { data, metadata, transient }: Record<string, unknown>): void {
    const id = (transient as { display_id?: string } | undefined)?.display_id;
    for (const { cell, at } of id === undefined ? [] : (this.#displays.get(id) ?? [])) {
      Object.assign(this.cells[cell]?.[at] ?? {}, { data, metadata });
    }
    if (update) return;
    this.#append({ output_type: 'display_data', metadata, data });
    if (id === undefined) return;
    const shown = { cell: this.cells.length - 1, at: this.#outputs.length - 1 };
    this.#displays.set(id, [...(this.#displays.get(id) ?? []), shown]);
  }

  get #outputs(): CellOutput[] {
    return this.cells.at(-1) ?? [];
  }

  #append(output: CellOutput): void {
    if (this.#clearNext) this.#clear();
    this.#clearNext = false;
    this.#outputs.push(output);
  }

  #clear(): void {
    this.#outputs.length = 0;
    for (const [id, shown] of this.#displays) {
      this.#displays.set(
        id,
        shown.filter(({ cell }) => cell !== this.cells.length - 1)
      );
    }
  }
}
