// The optional tour: one line a step, above the conversation; a step ticks itself off when what it speaks of is there.
import { el, icon } from './dom.js';
import { locale, t } from './words.js';

const KEPT = 'sandbox.tour';

/** The bot has said this, in either language. */
function holds(message, ...words) {
  return message.from.bot && words.some((each) => each && message.text.includes(each));
}

export class Tour {
  constructor(app) {
    this.app = app;
    this.steps = [];
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || '{}');
    this.at = kept.at ?? -1;
    this.done = kept.done ?? false;
    this.since = kept.since ?? 0;
  }

  get step() { return this.steps[this.at]; }

  begin() { this.go(0); }

  end() { this.go(this.steps.length); }

  async go(number) {
    this.at = number < this.steps.length ? number : -1;
    this.done = false;
    this.since = Math.max(0, ...this.app.personas.map((one) => one.head.last?.stamp ?? 0));
    this.keep();
    const { step } = this;
    if (step?.open) {
      const index = this.app.personas.findIndex((one) => one.chat === step.open);
      if (index >= 0) this.app.openLeft(index);
      await this.app.left.ready;
    }
    this.app.drawHints();
    if (step?.there) this.look([...this.app.left.messages.values()].slice(-step.there));
  }

  keep() { sessionStorage.setItem(KEPT, JSON.stringify({ at: this.at, done: this.done, since: this.since })); }

  /** A message came or changed. */
  heard(chat, message) {
    if (this.step && chat === (this.step.open ?? this.app.left?.chatId) && message.stamp > this.since) this.look([message]);
  }

  travelled() { if (this.step?.wish) this.tick(); }

  look(messages) {
    const { step } = this;
    if (messages.some((message) => holds(message, step?.says, step?.says_en))) this.tick();
  }

  tick() {
    if (this.done) return;
    this.done = true;
    this.keep();
    this.app.drawHints();
  }

  /** Fills in what the step says, as a reply where it is one. */
  async fill(pane) {
    const { step } = this;
    await pane.ready; // the message it answers may still be on its way
    if (step.reply) {
      const found = [...pane.messages.values()].reverse().find((message) => holds(message, step.reply, step.reply_en));
      if (found) pane.composer.reply(found);
    }
    pane.composer.write(step.text, { replace: true });
  }

  async attach(pane) {
    const { step } = this;
    const content = await (await fetch(step.file)).blob();
    pane.composer.take([new File([content], decodeURIComponent(step.file.split('/').pop()))]);
  }

  /** The line for a pane: the step of the tour, else the start's caption, else nothing. */
  line(pane) {
    if (this.step && pane.side === 'left') return this.stepLine(pane);
    const caption = this.app.captionFor(pane.persona);
    if (!caption || sessionStorage.getItem(`sandbox.caption.${pane.me}`)) return null;
    return el('div', { class: 'hint', role: 'note' }, el('p', {}, caption),
      this.steps.length && pane.side === 'left' ? el('button', { type: 'button', class: 'chip', onclick: () => this.begin() }, t('tour')) : '',
      el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => { sessionStorage.setItem(`sandbox.caption.${pane.me}`, '1'); this.app.drawHints(); } }, t('close')));
  }

  stepLine(pane) {
    const { step, done } = this;
    const chip = (label, onclick, kind = '') => el('button', { type: 'button', class: `chip ${kind}`, onclick }, label);
    return el('div', { class: `hint${done ? ' ticked' : ''}`, role: 'status' },
      el('span', { class: 'step' }, `${this.at + 1}/${this.steps.length}`, done ? icon('tick') : '', done ? el('span', { class: 'hush' }, t('stepDone')) : ''),
      el('p', {}, step[locale] || step.zh),
      step.text && !done ? chip(t('fill'), () => this.fill(pane)) : '',
      step.file && !done ? chip(t('attachStep'), () => this.attach(pane)) : '',
      step.wish && !done ? chip(t('go'), () => this.app.clock.travel({ wish: step.wish })) : '',
      chip(this.at + 1 < this.steps.length ? t('next') : t('done'), () => this.go(this.at + 1), done ? 'solid' : ''),
      el('button', { type: 'button', class: 'plain', onclick: () => this.end() }, t('skip')));
  }
}
