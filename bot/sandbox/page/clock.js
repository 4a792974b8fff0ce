// The clock in the corner: it only moves forward; and the list of what it did.
import { get, post } from './api.js';
import { ask, el, icon, toast } from './dom.js';
import { clock, dayName, fromInput, hhmm, now, takeClock, toInput } from './time.js';
import { said, t } from './words.js';

export class ClockCorner {
  constructor(app, root, journal) {
    this.app = app;
    this.root = root;
    this.journal = journal;
    this.trips = [];
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
        this.app.tour.steps.length ? el('button', { type: 'button', class: 'plain', onclick: () => this.app.tour.begin() }, icon('clock'), t('tour')) : '',
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
    toast(trip.entries.length ? t('arrived', { when, n: trip.entries.length }) : t('arrivedNone', { when }), 4);
    this.drawJournal();
  }

  toggleJournal() {
    this.journal.hidden = !this.journal.hidden;
    this.drawJournal();
    this.draw();
    if (!this.journal.hidden) this.journal.querySelector('button')?.focus();
  }

  drawJournal() {
    this.journal.setAttribute('aria-label', t('journal'));
    const trips = [...this.trips].reverse().map((trip) => el('section', { class: 'trip' },
      el('h3', {}, `${dayName(Date.parse(trip.from))} ${hhmm(Date.parse(trip.from))} → ${dayName(Date.parse(trip.to))} ${hhmm(Date.parse(trip.to))}`),
      trip.entries.length ? trip.entries.map((entry) => this.deed(entry)) : el('p', {}, t('journalNone'))));
    this.journal.replaceChildren(
      el('header', { class: 'journal-head' }, el('h2', {}, t('journal')), el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => this.toggleJournal() }, icon('close'))),
      el('div', { class: 'journal-list' }, trips.length ? trips : el('section', { class: 'trip' }, el('p', {}, t('journalEmpty')))));
  }

  deed(entry) {
    const index = this.app.personas.findIndex((one) => entry.to !== null && (String(one.user_id) === String(entry.to) || String(one.chat) === String(entry.to)));
    const at = Date.parse(entry.at);
    const parts = [el('time', {}, Number.isNaN(at) ? entry.at : hhmm(at)), el('span', {}, entry.text)];
    const who = index >= 0 ? said(this.app.personas[index], 'name') : entry.to ? String(entry.to) : '';
    const note = [who, entry.kind].filter(Boolean).join(' · ');
    if (note) parts.push(el('em', {}, note));
    if (index < 0) return el('div', { class: 'deed' }, parts);
    return el('button', { type: 'button', class: 'deed', onclick: () => this.app.openAt(index, entry.message_id, at) }, parts);
  }
}
