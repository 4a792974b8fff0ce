// The optional tour: one line a step, above the conversation.
import { el } from './dom.js';
import { locale, t } from './words.js';

export class Tour {
  constructor(app) {
    this.app = app;
    this.steps = [];
    this.at = Number(sessionStorage.getItem('sandbox.tour') ?? -1);
  }

  begin() { this.go(0); }

  go(step) {
    this.at = step < this.steps.length ? step : -1;
    sessionStorage.setItem('sandbox.tour', this.at);
    const now = this.steps[this.at];
    if (now?.open) {
      const index = this.app.personas.findIndex((one) => one.user_id === now.open);
      if (index >= 0) this.app.openLeft(index);
    }
    this.app.drawHints();
  }

  /** The line for a pane: the step of the tour, else the start's caption, else nothing. */
  line(pane) {
    const step = this.steps[this.at];
    if (step && pane.side === 'left') {
      return el('div', { class: 'hint', role: 'note' },
        el('span', { class: 'step' }, `${this.at + 1}/${this.steps.length}`), el('p', {}, step[locale] || step.zh),
        step.text ? el('button', { type: 'button', class: 'chip', onclick: () => pane.composer.write(step.text, { replace: true }) }, t('fill')) : '',
        step.wish ? el('button', { type: 'button', class: 'chip', onclick: () => this.app.clock.travel({ wish: step.wish }) }, t('go')) : '',
        el('button', { type: 'button', class: 'chip', onclick: () => this.go(this.at + 1) }, this.at + 1 < this.steps.length ? t('next') : t('done')),
        el('button', { type: 'button', class: 'plain', onclick: () => this.go(this.steps.length) }, t('skip')));
    }
    const caption = this.app.captionFor(pane.persona);
    if (!caption || sessionStorage.getItem(`sandbox.caption.${pane.me}`)) return null;
    return el('div', { class: 'hint', role: 'note' }, el('p', {}, caption),
      this.steps.length && pane.side === 'left' ? el('button', { type: 'button', class: 'chip', onclick: () => this.begin() }, t('tour')) : '',
      el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => { sessionStorage.setItem(`sandbox.caption.${pane.me}`, '1'); this.app.drawHints(); } }, t('close')));
  }
}
