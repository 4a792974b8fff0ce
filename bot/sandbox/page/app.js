// The page: personas, panes, clock; everything that happens is pushed by the server.
import { get, listen } from './api.js';
import { ClockCorner } from './clock.js';
import { el, hueOf, patch, toast } from './dom.js';
import { avatarOf, Pane } from './pane.js';
import { dotted } from './text.js';
import { atLeast, shortWhen, takeClock } from './time.js';
import { Tour } from './tour.js';
import { locale, said, setLocale, t } from './words.js';

const $ = (id) => document.getElementById(id);

class App {
  constructor() {
    this.personas = [];
    this.left = this.right = null;
    this.drafts = new Map(); // what was being written, by person and chat
    this.tour = new Tour(this);
    this.clock = new ClockCorner(this, $('clock'), $('journal'));
  }

  async begin() {
    setLocale(locale);
    this.dress(localStorage.getItem('sandbox.theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
    $('language').addEventListener('click', () => { setLocale(locale === 'zh' ? 'en' : 'zh'); this.redraw(); });
    $('theme').addEventListener('click', () => {
      const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
      localStorage.setItem('sandbox.theme', theme);
      this.dress(theme);
    });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.panes.forEach((pane) => pane.atEnd() && pane.read()); });
    document.addEventListener('keydown', (event) => this.toField(event));
    addEventListener('popstate', () => this.show('list'));
    await this.load();
    const open = this.personas.findIndex((one) => one.user_id === (this.start.open ?? this.personas[0]?.user_id));
    const kept = Number(sessionStorage.getItem('sandbox.left') ?? open);
    if (this.personas.length) this.openLeft(this.personas[kept] ? kept : 0, matchMedia('(max-width: 760px)').matches && !location.hash ? 'list' : 'chat');
    listen((event) => this.hear(event), () => toast(t('lost')), () => this.reload({ messages: true }));
    setInterval(() => { this.clock.tick(); this.panes.forEach((pane) => pane.tick()); }, 1000);
  }

  /** Whoever begins to type, wherever the focus is, writes in the chat; Escape leaves the log for the field. */
  toField(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (target.closest('input, textarea, select') || (key === 'Escape' ? !target.closest('.log') : key.length !== 1 || key === ' ')) return;
    const pane = this.panes.find((each) => each.root.contains(target)) || this.left;
    pane?.composer.input.focus();
  }

  dress(theme) {
    document.documentElement.dataset.theme = theme;
  }

  get panes() { return [this.left, this.right].filter(Boolean); }

  async load() {
    const state = await get('/state');
    this.bot = state.bot;
    this.botName = state.bot.name;
    this.personas = state.personas.length ? state.personas : await this.everybody();
    this.start = state.start;
    this.tour.steps = state.start.tour || [];
    takeClock(state.clock);
    this.clock.trips = state.journal;
    this.redrawSide();
  }

  /** Without personas every user there is can be played. */
  async everybody() {
    const { users } = await get('/users');
    return Promise.all(users.filter((user) => !user.bot).map(async (user) => ({
      user_id: user.id, name_zh: user.name, name_en: user.name, role_zh: '', role_en: '', chat: user.id, user, head: await get(`/chats/${user.id}?user_id=${user.id}`),
    })));
  }

  /** Takes up the state anew; panes stay as they are (what is being typed too) unless their messages are to be read again. */
  async reload({ messages }) {
    const known = this.panes.map((pane) => [pane, this.personas.indexOf(pane.persona)]);
    await this.load();
    for (const [pane, index] of known) {
      const persona = this.personas[index];
      const moved = !persona || persona.chat !== pane.chatId;
      pane.persona = persona || this.personas[0];
      if (messages || moved) await (pane.ready = pane.load());
      else pane.draw();
      pane.subtitleNow();
    }
    this.drawPeople();
    this.drawHints();
    this.clock.drawJournal();
  }

  redrawSide() {
    $('bot-name').textContent = this.botName;
    $('side-note').textContent = t('sandbox');
    document.title = this.botName;
    document.querySelector('.side').setAttribute('aria-label', t('people'));
    $('language').textContent = t('language');
    $('language').setAttribute('aria-label', t('languageLabel'));
    $('theme').setAttribute('aria-label', t('theme'));
    $('theme').title = t('theme');
    $('people-nav').setAttribute('aria-label', t('people'));
    this.drawPeople();
    this.clock.draw();
  }

  redraw() {
    this.redrawSide();
    this.clock.drawJournal();
    const [left, right] = [this.left, this.right].map((pane) => (pane ? this.personas.indexOf(pane.persona) : -1));
    if (left >= 0) this.openLeft(left, null);
    if (right >= 0) this.openRight(right);
  }

  drawPeople() {
    $('people').replaceChildren(...this.personas.map((persona, index) => {
      const { head } = persona;
      const name = said(persona, 'name');
      const last = head.last;
      const preview = last ? (last.service ? '' : `${head.type !== 'private' && last.from.id !== persona.user_id ? `${last.from.name}：` : ''}${last.text || (last.media ? `[${t(last.media.kind === 'photo' ? 'photo' : 'file')}]` : '')}`) : '';
      const unread = head.unread ? el('span', { class: 'badge', 'aria-label': t('unread', { n: head.unread }) }, head.unread > 99 ? '99+' : head.unread) : '';
      return el('li', {}, el('button', { type: 'button', class: 'person', title: `${name} · ${said(persona, 'role')}`, 'aria-current': String(this.left?.persona === persona), onclick: () => this.openLeft(index, 'chat') },
        el('span', { class: 'avatar', style: `--hue:${hueOf(index)}`, 'aria-hidden': 'true' }, avatarOf(name)),
        el('span', { class: 'person-text' },
          el('span', { class: 'person-line' }, el('span', { class: 'person-name' }, name, el('span', { class: 'person-role' }, said(persona, 'role'))), el('span', { class: 'person-time' }, last ? shortWhen(last.date * 1000) : '')),
          el('span', { class: 'person-last' }, el('span', {}, dotted((preview || t('nothing')).replaceAll('\n', ' ').slice(0, 90))), unread))));
    }));
  }

  openLeft(index, view = 'chat') {
    this.left = new Pane(this, this.personas[index], 'left');
    sessionStorage.setItem('sandbox.left', index);
    this.drawPanes();
    if (view) this.show(view, true);
  }

  openRight(index) {
    this.right = new Pane(this, this.personas[index], 'right');
    this.drawPanes();
  }

  split() {
    if (this.right) this.right = null;
    else {
      const other = this.personas.findIndex((one) => one !== this.left?.persona);
      if (other >= 0) this.right = new Pane(this, this.personas[other], 'right');
    }
    if (this.left) this.openLeft(this.personas.indexOf(this.left.persona), null);
  }

  drawPanes() {
    patch($('panes'), this.panes.map((pane) => pane.root)); // a pane that is moved would lose its place
    this.drawPeople();
    this.drawHints();
  }

  drawHints() {
    for (const pane of this.panes) pane.hints.replaceChildren(...[this.tour.line(pane)].filter(Boolean));
  }

  captionFor(persona) {
    return persona.user_id === this.start.open && persona.head.type === 'private' ? said(this.start, 'caption') : '';
  }

  show(view, push = false) {
    const narrow = matchMedia('(max-width: 760px)').matches;
    if (push && narrow && view === 'chat' && $('app').dataset.view !== 'chat') history.pushState({}, '');
    $('app').dataset.view = view;
    if (view === 'chat') this.panes.forEach((pane) => pane.toEnd(true));
  }

  openList() { this.show('list'); }
  openClock() { this.show('list'); }

  async openAt(index, messageId, at) {
    if (getComputedStyle($('journal')).position === 'fixed') { $('journal').hidden = true; this.clock.draw(); }
    this.openLeft(index, 'chat');
    await this.left.ready;
    const near = messageId ?? [...this.left.messages.values()].find((message) => message.date * 1000 >= at - 1000)?.id;
    if (near) this.left.jump(Number(near));
  }

  hear(event) {
    switch (event.type) {
      case 'message':
      case 'edit': this.heard(event); break;
      case 'delete': this.panes.filter((pane) => pane.chatId === event.chat).forEach((pane) => pane.drop_(event.message_id)); break;
      case 'action': if (event.action !== 'cancel') this.panes.filter((pane) => pane.chatId === event.chat).forEach((pane) => pane.typing()); break;
      case 'pinned':
        this.personas.filter((one) => one.chat === event.chat).forEach((one) => { one.head.pinned = event.message_id; });
        this.panes.filter((pane) => pane.chatId === event.chat).forEach((pane) => pane.drawPinned());
        break;
      case 'commands': this.panes.forEach((pane) => pane.composer.loadCommands()); break;
      case 'read': this.personas.filter((one) => one.chat === event.chat && one.user_id === event.user).forEach((one) => { one.head.unread = 0; one.head.read = event.stamp; }); this.drawPeople(); break;
      case 'clock': takeClock(event.clock); this.clock.draw(); break;
      case 'travelled': takeClock(event.clock); this.clock.arrived(event.trip); this.clock.draw(); break;
      case 'resetting': toast(t('resetting')); break;
      case 'reset':
        this.tour.end();
        Object.keys(sessionStorage).filter((key) => key.startsWith('sandbox.caption')).forEach((key) => sessionStorage.removeItem(key));
        this.reload({ messages: true });
        break;
      case 'upgraded':
      case 'chats': this.reload({ messages: false }); break;
      default: break;
    }
  }

  heard({ type, chat, message }) {
    atLeast(message.edit_date || message.date);
    const isNew = type === 'message';
    for (const persona of this.personas.filter((one) => one.chat === chat)) {
      if (isNew || persona.head.last?.id === message.id) persona.head.last = message;
      if (message.from.id === persona.user_id) persona.head.started = true;
      if (message.from.bot && !message.service && isNew) persona.head.unread = (persona.head.unread || 0) + 1;
    }
    this.panes.filter((pane) => pane.chatId === chat).forEach((pane) => pane.take(message, isNew));
    this.tour.heard(chat, message);
    this.drawPeopleSoon();
  }

  drawPeopleSoon() {
    if (this.soon) return;
    this.soon = requestAnimationFrame(() => { this.soon = 0; this.drawPeople(); });
  }
}

const app = new App();
app.begin();
