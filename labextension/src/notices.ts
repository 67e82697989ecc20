/** Above a notebook, and never in an output that is saved: the last session can be resumed, or the session fell back. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { LastSession } from './protocol';
import type { Timelines } from './timelines';
import { act } from './travel';
import type { WorkPanel } from './work_panels';

class Notice extends Widget {
  readonly #text = document.createElement('span');
  readonly #button = document.createElement('button');
  readonly #close = document.createElement('button');

  constructor(trans: TranslationBundle) {
    super();
    this.addClass('mk-Notice');
    this.node.setAttribute('role', 'status');
    this.#button.className = 'jp-mod-styled jp-mod-accept';
    this.#close.className = 'jp-mod-styled';
    this.#close.textContent = '×';
    this.#close.title = trans.__('Close');
    this.#close.setAttribute('aria-label', trans.__('Close'));
    this.node.append(this.#text, this.#button, this.#close);
    this.hide();
  }

  tell(text: string, label: string | null, clicked: () => void, closed: () => void): void {
    this.#text.textContent = text;
    this.#text.title = text; // where there is no room for all of it
    this.#button.hidden = label === null;
    this.#button.textContent = label ?? '';
    this.#button.onclick = clicked;
    this.#close.onclick = () => {
      closed();
      this.hide();
    };
    this.show();
  }
}

/** Keep the notices above a notebook true. */
export function showNotices(panel: WorkPanel, timelines: Timelines, trans: TranslationBundle): void {
  const notice = new Notice(trans);
  panel.contentHeader.addWidget(notice);
  const closed = new Set<string>();
  const show = (): void => {
    if (panel.isDisposed) return;
    const timeline = timelines.of(panel);
    const last = timeline?.lastSession ?? null;
    const restored = timeline?.restored ?? null;
    const fall = `restored ${restored?.to} ${timeline?.states.size}`;
    const isNew = timeline !== null && ![...timeline.states.keys()].some(number => number > 0);
    if (timeline !== null && last !== null && isNew && !closed.has(last.session)) {
      const resume = (): void => {
        void act(timeline, { action: 'resume', session: last.session });
      };
      notice.tell(said(last, trans), last.own ? trans.__('Resume') : null, resume, () => closed.add(last.session));
    } else if (restored !== null && !closed.has(fall)) {
      const text = trans.__('Session restored to %1.', restored.to > 0 ? `In[${restored.to}]` : trans.__('the start'));
      notice.tell(
        text,
        null,
        () => undefined,
        () => closed.add(fall)
      );
    } else {
      notice.hide();
    }
  };
  const following = timelines.follow(panel, show);
  panel.disposed.connect(() => {
    following.dispose();
  });
}

function said(last: LastSession, trans: TranslationBundle): string {
  const has =
    last.variables === null
      ? trans._n('%1 state', '%1 states', last.states)
      : trans._n('%1 variable', '%1 variables', last.variables);
  const text = trans.__('The last session of this notebook has %1.', has);
  return last.own ? text : `${text} ${trans.__('%resume in a cell asks whether this notebook may have it.')}`;
}
