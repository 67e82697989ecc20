/** Above a notebook, and never in an output that is saved: the last session can be resumed, or the session fell back. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { isNew, resumeLast, saidOfLast } from './last_session';
import type { Timelines } from './timelines';
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
    if (timeline !== null && last !== null && isNew(timeline) && !closed.has(last.session)) {
      const resume = (): void => {
        resumeLast(timeline, last);
      };
      notice.tell(saidOfLast(last, trans), last.own ? trans.__('Resume') : null, resume, () =>
        closed.add(last.session)
      );
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
