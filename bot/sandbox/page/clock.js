// The clock in the corner: it only moves forward; and the list of what it did.
import { get, post } from './api.js';
import { ask, el, icon, toast } from './dom.js';
import { clock, dayKey, dayName, fromInput, hhmm, now, takeClock, toInput } from './time.js';
import { locale, said, t } from './words.js';

export class ClockCorner {
  constructor(app, root, journal) {
    this.app = app;
    this.root = root;
    this.journal = journal;
    this.trips = [];
    journal.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.toggleJournal(); });
  }

  draw() {
    const busy = clock.travelling;
    const move = (key, wish) => el('button', { type: 'button', class: 'chip', disabled: busy || !clock.canTravel, onclick: () => this.travel({ wish }) }, t(key));
    this.time = el('span', { class: 'clock-time' });
    this.day = el('span', { class: 'clock-day' });
    this.root.className = `clock${busy ? ' travelling' : ''}`;
    this.root.setAttribute('aria-label', t('clock'));
    this.root.replaceChildren(
      el('div', { class: 'clock-face' }, this.time, this.day),
      busy ? el('div', { class: 'running', role: 'progressbar', 'aria-label': t('travelling') }) : '',
      el('div', { class: 'moves' }, move('hour', '+1h'), move('nine', '09:00'), move('monday', 'monday 09:00'),
        el('button', { type: 'button', class: 'chip', disabled: busy || !clock.canTravel, onclick: () => this.pick() }, t('pick'))),
      el('div', { class: 'extras' },
        el('button', { type: 'button', class: 'plain', 'aria-pressed': String(!this.journal.hidden), onclick: () => this.toggleJournal() }, icon('list'), t('journal')),
        this.app.tour.steps.length ? el('button', { type: 'button', class: 'plain', 'aria-label': t('tour'), onclick: () => this.app.tour.begin() }, icon('clock'), t('tourShort')) : '',
        clock.canReset ? el('button', { type: 'button', class: 'plain danger', disabled: busy, onclick: () => this.reset() }, icon('reset'), t('reset')) : ''));
    this.tick();
  }

  tick() {
    if (!this.time) return;
    this.time.textContent = hhmm(now());
    this.day.textContent = clock.travelling ? t('travelling') : dayName(now(), true);
  }

  async pick() {
    const input = el('input', { type: 'datetime-local', value: toInput(now() + 3600000).slice(0, 14) + '00', min: toInput(now()), required: true, 'aria-label': t('pickTitle') });
    const pressed = await ask(t('pickTitle'), input, [['', t('cancel')], ['go', t('go'), 'solid']]);
    if (pressed === 'go' && input.value) this.travel({ to: fromInput(input.value) });
  }

  async travel(where) {
    if (where.to && Date.parse(where.to) <= now()) { toast(t('past')); return; }
    try {
      await post('/clock/travel', where);
    } catch (error) {
      toast(error.message.startsWith('earlier') ? t('past') : error.message);
      takeClock(await get('/clock'));
      this.draw();
    }
  }

  async reset() {
    const pressed = await ask(t('resetTitle'), t('resetText'), [['', t('cancel')], ['reset', t('reset'), 'solid']]);
    if (pressed !== 'reset') return;
    toast(t('resetting'));
    await post('/reset').catch(async (error) => { toast(error.message); takeClock(await get('/clock')); this.draw(); });
  }

  arrived(trip) {
    this.trips.push(trip);
    const when = `${dayName(Date.parse(trip.to))} ${hhmm(Date.parse(trip.to))}`;
    const n = trip.entries.filter((entry) => entry.to !== null).length;
    toast(n ? t('arrived', { when, n }) : t('arrivedNone', { when }), 4);
    this.app.tour.travelled(trip);
    this.drawJournal();
  }

  toggleJournal() {
    this.journal.hidden = !this.journal.hidden;
    this.drawJournal();
    this.draw();
    (this.journal.hidden ? this.root.querySelector('.extras button') : this.journal.querySelector('button'))?.focus();
  }

  drawJournal() {
    this.journal.setAttribute('aria-label', t('journal'));
    const trips = [...this.trips].reverse().map((trip) => el('section', { class: 'trip' },
      el('h3', {}, `${dayName(Date.parse(trip.from))} ${hhmm(Date.parse(trip.from))} → ${dayName(Date.parse(trip.to))} ${hhmm(Date.parse(trip.to))}`),
      trip.entries.length ? this.deeds(trip.entries) : el('p', {}, t('journalNone'))));
    this.journal.replaceChildren(
      el('header', { class: 'journal-head' }, el('h2', {}, t('journal')), el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => this.toggleJournal() }, icon('close'))),
      el('div', { class: 'journal-list' }, trips.length ? trips : el('section', { class: 'trip' }, el('p', {}, t('journalEmpty')))));
  }

  /** Moments, each with how much was done then, and under it the messages to those who can be played. */
  deeds(entries) {
    const nodes = [];
    let day = null;
    let others = 0;
    const close = () => {
      if (others) nodes.push(el('p', { class: 'deed-others' }, t('others', { n: others })));
      others = 0;
    };
    for (const entry of entries) {
      const at = Date.parse(entry.at);
      if (entry.to === null) close();
      if (dayKey(at) !== day) { close(); day = dayKey(at); nodes.push(el('h4', {}, dayName(at))); }
      const index = this.app.personas.findIndex((one) => String(one.chat) === String(entry.to));
      if (entry.to !== null && index < 0) others += 1;
      else nodes.push(this.deed(entry, at, index));
    }
    close();
    return nodes;
  }

  deed(entry, at, index) {
    const text = (locale === 'en' && entry.text_en) || entry.text;
    const why = (locale === 'en' && entry.why_en) || entry.why;
    if (index < 0) return el('div', { class: 'deed sum' }, el('time', {}, hhmm(at)), el('span', {}, text));
    const note = [said(this.app.personas[index], 'name'), why].filter(Boolean).join(' · ');
    return el('button', { type: 'button', class: 'deed', onclick: () => this.app.openAt(index, entry.message_id, at) }, el('span', {}, text), el('em', {}, note));
  }
}
