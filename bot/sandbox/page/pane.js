// One persona's conversation.
import { get, post } from './api.js';
import { turn } from './bubble.js';
import { Composer } from './composer.js';
import { ask, el, hueOf, icon, patch, toast } from './dom.js';
import { dotted, formatted } from './text.js';
import { dayKey, dayName, hhmm, now, wall } from './time.js';
import { said, t } from './words.js';

export class Pane {
  /** `app` gives personas, chats, openList(), split(), openClock(). */
  constructor(app, persona, side) {
    this.app = app;
    this.persona = persona;
    this.side = side;
    this.messages = new Map();
    this.drawn = new Map();
    this.more = false;
    this.fresh = 0;
    this.root = el('section', { class: 'pane', 'aria-label': said(persona, 'name') });
    this.acts = { copy: (text) => this.composer.write(text), command: (text) => this.composer.say(text) };
    this.build();
    this.ready = this.load();
  }

  get me() { return this.persona.user_id; }
  get chatId() { return this.persona.chat; }
  get isGroup() { return this.persona.head.type !== 'private'; }

  build() {
    const { persona, app } = this;
    const name = said(persona, 'name');
    this.subtitle = el('p', { class: 'note' });
    const chooser = this.side === 'right'
      ? el('select', { 'aria-label': t('second'), onchange: (event) => app.openRight(Number(event.target.value)) }, app.personas.map((one, index) => el('option', { value: index, selected: one === persona }, `${said(one, 'name')} · ${said(one, 'role')}`)))
      : null;
    this.clockChip = el('button', { type: 'button', class: 'chip clock-chip', 'aria-label': t('clock'), onclick: () => app.openClock() });
    const head = el('header', { class: 'pane-head' },
      el('button', { type: 'button', class: 'plain only-narrow', 'aria-label': t('back'), onclick: () => app.openList() }, icon('back')),
      el('span', { class: 'avatar small', style: `--hue:${hueOf(app.personas.indexOf(persona))}`, 'aria-hidden': 'true' }, avatarOf(name)),
      el('div', { class: 'pane-title' }, chooser || el('h2', {}, name, el('span', { class: 'person-role' }, said(persona, 'role'))), this.subtitle),
      this.clockChip,
      this.side === 'left'
        ? el('button', { type: 'button', class: 'plain only-wide', title: t('split'), 'aria-label': t('split'), 'aria-pressed': String(Boolean(app.right)), onclick: () => app.split() }, icon('split'))
        : el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => app.split() }, icon('close')));
    this.hints = el('div', { 'aria-live': 'polite' });
    this.pinned = el('button', { type: 'button', class: 'pinned', hidden: true });
    this.inner = el('div', { class: 'log-inner', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': name });
    this.log = el('div', { class: 'log', tabindex: 0 }, this.inner);
    this.count = el('span', { class: 'badge', hidden: true });
    this.endButton = el('button', { type: 'button', class: 'to-end', hidden: true, 'aria-label': t('toEnd'), onclick: () => this.toEnd() }, icon('down'), this.count);
    const compose = el('footer', { class: 'compose' });
    this.drop = el('div', { class: 'drop', hidden: true }, t('dropHere'));
    this.root.replaceChildren(head, this.hints, this.pinned, el('div', { class: 'log-frame' }, this.log, this.endButton), compose, this.drop);
    this.composer = new Composer(this, compose);
    this.log.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.stick = true;
    new ResizeObserver(() => { if (this.stick) this.log.scrollTop = this.log.scrollHeight; }).observe(this.inner);
    this.listenToDrops();
    this.subtitleNow();
    this.tick();
  }

  listenToDrops() {
    let depth = 0;
    const files = (event) => event.dataTransfer?.types.includes('Files');
    this.root.addEventListener('dragenter', (event) => { if (files(event)) { event.preventDefault(); depth += 1; this.drop.hidden = false; } });
    this.root.addEventListener('dragover', (event) => { if (files(event)) event.preventDefault(); });
    this.root.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) { depth = 0; this.drop.hidden = true; } });
    this.root.addEventListener('drop', (event) => { if (!files(event)) return; event.preventDefault(); depth = 0; this.drop.hidden = true; this.composer.take([...event.dataTransfer.files]); });
  }

  async load() {
    const [page] = await Promise.all([get(`/chats/${this.chatId}/messages?limit=60`), this.composer.loadCommands()]);
    this.messages = new Map(page.messages.map((message) => [message.id, message]));
    this.more = page.more;
    this.persona.head = { ...this.persona.head, ...page.chat, unread: this.persona.head.unread, started: this.persona.head.started, blocked: this.persona.head.blocked };
    this.draw();
    this.toEnd(true);
    this.read();
  }

  async older() {
    if (!this.more || this.loading) return;
    this.loading = true;
    const first = Math.min(...this.messages.keys());
    const page = await get(`/chats/${this.chatId}/messages?limit=60&before=${first}`);
    this.messages = new Map([...page.messages.map((message) => [message.id, message]), ...this.messages]);
    this.more = page.more;
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    this.draw();
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
    this.loading = false;
  }

  /** Draws the whole log: date lines, service lines, turns; an album is one turn. */
  draw() {
    const nodes = [];
    const drawn = new Map();
    const kept = (key, make) => {
      const node = this.drawn.get(key) || make();
      drawn.set(key, node);
      nodes.push(node);
    };
    let day = null;
    let before = null;
    const list = [...this.messages.values()];
    if (this.more) nodes.push(el('button', { type: 'button', class: 'chip', style: 'align-self:center', onclick: () => this.older() }, t('earlier')));
    for (let index = 0; index < list.length; index += 1) {
      const message = list[index];
      const key = dayKey(message.date * 1000);
      if (key !== day) { kept(`day ${key}`, () => el('div', { class: 'day' }, dayName(message.date * 1000))); day = key; before = null; }
      if (message.service) { kept(`service ${message.id}`, () => this.service(message)); before = null; continue; }
      const album = [message];
      while (message.album && list[index + 1]?.album === message.album) { index += 1; album.push(list[index]); }
      const first = !before || before.from.id !== message.from.id || message.date - before.date > 600;
      kept(`${album.map((one) => `${one.id}.${one.stamp}.${Object.keys(one.reactions).length}`)} ${first}`, () => turn(this, album, first));
      before = list[index];
    }
    if (!list.length && !this.more) nodes.push(el('div', { class: 'empty' }, el('img', { class: 'seal', src: '/page/icon.svg', width: 56, height: 56, alt: '' }), el('p', {}, t('nothing')), this.suggestion()));
    this.drawn = drawn;
    this.typingNode ||= el('div', { class: 'turn first', hidden: !this.isTyping, 'aria-hidden': 'true' }, el('div', { class: 'bubble' }, el('span', { class: 'dots' }, el('i'), el('i'), el('i'))));
    this.typingNode.hidden = !this.isTyping;
    patch(this.inner, [...nodes, this.typingNode]);
    this.drawPinned();
    this.composer.refresh(this.persona.head, this.keyboardNow(list));
  }

  /** What this person might say first. */
  suggestion() {
    const hint = said(this.persona, 'hint');
    if (!hint) return el('p', { class: 'note' }, t('nothingHint'));
    return el('button', { type: 'button', class: 'chip', onclick: () => this.composer.write(hint, { replace: true }) }, t('try', { hint }));
  }

  service(message) {
    const [kind] = Object.keys(message.service).filter((name) => t(`service.${name}`));
    const names = (message.service.new_chat_members || [message.service.left_chat_member]).filter(Boolean).map((one) => one.first_name).join('、');
    const text = kind ? t(`service.${kind}`, { who: message.from.name, names, name: message.service.forum_topic_created?.name }) : '';
    return el('div', { class: 'service', 'data-id': message.id }, text);
  }

  /** The reply keyboard or forced reply the newest such message of the bot left standing. */
  keyboardNow(list) {
    for (const message of [...list].reverse()) {
      const markup = message.markup;
      if (!message.from.bot) { if (message.from.id === this.me && !markup) continue; }
      if (!markup) continue;
      if (markup.remove_keyboard) return null;
      if (markup.keyboard) return { keyboard: markup.keyboard, placeholder: markup.input_field_placeholder };
      if (markup.force_reply) return list.some((one) => one.id > message.id && one.from.id === this.me) ? null : { force_reply: message, placeholder: markup.input_field_placeholder };
    }
    return null;
  }

  drawPinned() {
    const message = this.messages.get(this.persona.head.pinned);
    this.pinned.hidden = !message;
    if (!message) return;
    this.pinned.replaceChildren(icon('pin'), el('span', {}, t('pinned'), dotted(message.text.replaceAll('\n', ' ') || t('photo'))));
    this.pinned.onclick = () => this.jump(message.id);
  }

  /** A message came or changed. */
  take(message, isNew) {
    const near = this.atEnd();
    this.messages.set(message.id, message);
    if (message.from.bot) this.isTyping = false;
    if (isNew && message.from.id === this.me) this.persona.head.started = true;
    this.drawSoon(near, isNew, message);
  }

  /** Draws once for all that came since the last frame. */
  drawSoon(near, isNew, message) {
    this.stay = (this.stay ?? false) || near || (isNew && message.from.id === this.me);
    this.fresh += isNew ? 1 : 0;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      this.subtitleNow();
      if (this.stay) this.toEnd(true);
      else this.scrolled();
      this.stay = false;
    });
  }

  drop_(id) {
    this.messages.delete(id);
    this.draw();
  }

  typing() {
    this.isTyping = true;
    const near = this.atEnd();
    this.typingNode.hidden = false;
    this.subtitleNow();
    if (near) this.toEnd();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { this.isTyping = false; this.typingNode.hidden = true; this.subtitleNow(); }, 5000);
  }

  subtitleNow() {
    const { head } = this.persona;
    this.subtitle.className = `note${this.isTyping ? ' typing' : ''}`;
    this.subtitle.textContent = this.isTyping ? `${this.app.botName} ${t('typing')}…` : this.isGroup ? t('members', { n: head.members?.length || '' }) : t('withBot', { bot: this.app.botName });
  }

  tick() {
    const at = wall(now());
    this.clockChip.textContent = `${at.getUTCMonth() + 1}/${at.getUTCDate()} ${hhmm(now())}`;
  }

  atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; }

  toEnd(sharp = false) {
    this.stick = true;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: sharp ? 'instant' : 'smooth' });
    this.fresh = 0;
    this.scrolled();
  }

  scrolled() {
    const end = this.atEnd();
    const top = this.log.scrollTop;
    // Only who scrolls up leaves the end: a log that grows below while it is being scrolled has left nobody behind.
    if (end || top < this.top) this.stick = end;
    this.top = top;
    if (end) this.fresh = 0;
    this.endButton.hidden = end && !this.fresh;
    this.count.hidden = !this.fresh;
    this.count.textContent = this.fresh;
    if (end) this.read();
    if (this.log.scrollTop < 40 && this.log.scrollHeight > this.log.clientHeight) this.older();
  }

  read() {
    const stamp = Math.max(0, ...[...this.messages.values()].map((message) => message.stamp));
    if (document.hidden || stamp <= (this.persona.head.read || 0)) return;
    this.persona.head.read = stamp;
    this.persona.head.unread = 0;
    this.app.drawPeople();
    post(`/chats/${this.chatId}/read`, { user_id: this.me, stamp }).catch(() => {});
  }

  reply(message) { this.composer.reply(message); }
  edit(message) { this.composer.edit(message); }

  async jump(id) {
    const node = this.inner.querySelector(`[data-id="${id}"]`);
    const found = node?.hidden ? node.closest('.turn') : node;
    if (!found) {
      if (this.more) { await this.older(); this.jump(id); } else toast(t('gone'));
      return;
    }
    found.scrollIntoView({ block: 'center' });
    found.classList.add('found');
    setTimeout(() => found.classList.remove('found'), 1600);
  }

  history(message) {
    const list = message.versions.map((one) => el('div', { style: 'margin:8px 0' }, el('div', { class: 'note' }, `${dayName(one.date * 1000)} ${hhmm(one.date * 1000)}`), el('p', {}, formatted(one.text, [], this.acts))));
    ask(t('versions'), el('div', { style: 'max-height:60vh;overflow:auto' }, list), [['', t('close')]]);
  }

  async press(message, button) {
    if (button.kind === 'url') { window.open(button.url, '_blank', 'noopener'); return; }
    if (button.kind === 'copy') { await navigator.clipboard?.writeText(button.copy).catch(() => {}); toast(t('copied')); return; }
    try {
      const answer = await post(`/chats/${this.chatId}/messages/${message.id}/press`, { user_id: this.me, data: button.data, wait: 15 });
      if (!answer.answered) toast(t('noAnswer'));
      else if (answer.show_alert && answer.text) await ask('', answer.text, [['', t('ok'), 'solid']]);
      else toast(answer.text);
    } catch (error) {
      toast(t('failed', { why: error.message }));
    }
  }
}

export function avatarOf(name) {
  const plain = name.replace(/^[市区县]/u, '');
  return (plain[0] || name[0] || '?').toUpperCase();
}
