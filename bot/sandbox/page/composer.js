// Where one writes: text, replies, edits, attachments, the command menu, reply keyboards.
import { form, get, post } from './api.js';
import { quote } from './bubble.js';
import { el, icon, toast } from './dom.js';
import { said, t } from './words.js';

export class Composer {
  /** `pane` gives persona, chatId, head; `root` is filled. */
  constructor(pane, root) {
    this.pane = pane;
    this.root = root;
    this.answering = null;
    this.editing = null;
    this.parcels = [];
    this.commands = [];
    this.chosen = -1;
    this.whose = `${pane.me}:${pane.chatId}`;
    this.build();
    const draft = pane.app.drafts.get(this.whose);
    if (draft) {
      this.answering = draft.answering;
      this.input.value = draft.text;
    }
  }

  build() {
    const id = `write-${Math.random().toString(36).slice(2)}`;
    this.input = el('textarea', { id, rows: 1, placeholder: t('write'), 'aria-label': t('write'), enterkeyhint: 'send', 'aria-autocomplete': 'list', 'aria-controls': `${id}-menu`, autocomplete: 'off', spellcheck: 'false' });
    this.menu = el('div', { class: 'menu', id: `${id}-menu`, role: 'listbox', 'aria-label': t('menu'), hidden: true });
    this.above = el('div');
    this.picker = el('input', { type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-hidden': 'true' });
    this.sendButton = el('button', { type: 'button', class: 'plain send', 'aria-label': t('send'), title: t('send'), onclick: () => this.send() }, icon('send'));
    this.line = el('div', { class: 'line' },
      el('button', { type: 'button', class: 'plain', 'aria-label': t('attach'), title: t('attach'), onclick: () => this.picker.click() }, icon('attach')),
      this.input,
      el('button', { type: 'button', class: 'plain', 'aria-label': t('menuButton'), title: t('menuButton'), onclick: () => this.toggleMenu() }, icon('slash')),
      this.sendButton, this.picker);
    this.big = el('div', { hidden: true });
    this.root.replaceChildren(this.menu, el('div', { class: 'compose-inner' }, this.above, this.line, this.big));
    this.input.addEventListener('input', () => { this.fit(); this.suggest(); this.keepDraft(); });
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => { if (document.activeElement !== this.input) this.hideMenu(); }, 150));
    this.input.addEventListener('paste', (event) => this.take([...event.clipboardData.files], event));
    this.picker.addEventListener('change', () => { this.take([...this.picker.files]); this.picker.value = ''; });
  }

  /** What the chat's state asks for: a big Start or Unblock button, a reply keyboard, a forced reply. */
  refresh(head, last) {
    const big = head.blocked ? ['unblock', () => post(`/users/${this.pane.me}/unblock`)] : !head.started ? ['start', () => this.say('/start')] : null;
    this.line.hidden = Boolean(big) && head.blocked;
    this.big.hidden = !big;
    this.big.style.marginTop = this.line.hidden ? '' : '8px';
    if (big) this.big.replaceChildren(el('button', { type: 'button', class: 'chip solid wide', onclick: big[1] }, t(big[0])));
    this.board = last?.keyboard || null;
    if (last?.force_reply && !this.answering && this.forced !== last.force_reply.id) {
      this.forced = last.force_reply.id;
      this.reply(last.force_reply, false);
    }
    this.input.placeholder = last?.placeholder || this.example();
    if (this.input.value) this.fit();
    this.drawAbove();
  }

  example() {
    const hint = said(this.pane.persona, 'hint');
    return hint ? t('example', { hint }) : t('write');
  }

  /** Kept while another chat is looked at, or the page is drawn in the other language. */
  keepDraft() {
    this.pane.app.drafts.set(this.whose, { text: this.input.value, answering: this.answering });
  }

  drawAbove() {
    const parts = [];
    if (this.board) parts.push(el('div', { class: 'board' }, this.board.map((row) => el('div', { class: 'row keys-row', style: 'display:flex;gap:5px' }, row.map((button) => el('button', { type: 'button', class: 'key', onclick: () => this.say(button.text ?? button) }, button.text ?? button))))));
    const target = this.editing || this.answering;
    if (target) {
      const shown = this.editing ? { name: t('editing'), text: target.text } : { name: target.from.name, text: target.text, media: target.media };
      parts.push(el('div', { class: 'replying' }, quote(shown), el('button', { type: 'button', class: 'plain icon-button', 'aria-label': t('cancel'), onclick: () => this.cancel() }, icon('close'))));
    }
    if (this.parcels.length) parts.push(this.drawParcels());
    this.above.replaceChildren(...parts);
    this.keepDraft();
  }

  drawParcels() {
    const boxes = this.parcels.map((file, index) => {
      const picture = file.type.startsWith('image/');
      return el('div', { class: 'parcel' }, picture ? el('img', { src: URL.createObjectURL(file), alt: '' }) : icon('file'), el('span', {}, file.name),
        el('button', { type: 'button', class: 'plain', 'aria-label': `${t('remove')} ${file.name}`, onclick: () => { this.parcels.splice(index, 1); this.drawAbove(); } }, icon('close')));
    });
    const pictures = this.parcels.some((file) => file.type.startsWith('image/'));
    if (pictures) {
      this.asFile = el('input', { type: 'checkbox' });
      boxes.push(el('label', {}, this.asFile, t('asFile')));
    } else this.asFile = null;
    return el('div', { class: 'parcels' }, boxes);
  }

  fit() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 168)}px`;
  }

  write(text, { replace = false } = {}) {
    const { selectionStart: start, selectionEnd: end, value } = this.input;
    if (replace) this.input.value = text;
    else this.input.setRangeText(value && start && !/\s$/.test(value.slice(0, start)) ? ` ${text}` : text, start, end, 'end');
    this.fit();
    this.input.focus();
  }

  reply(message, focus = true) {
    this.answering = message;
    this.editing = null;
    this.drawAbove();
    if (focus) this.input.focus();
  }

  edit(message) {
    this.editing = message;
    this.answering = null;
    this.input.value = message.text;
    this.fit();
    this.drawAbove();
    this.input.focus();
  }

  cancel() {
    if (this.editing) this.input.value = '';
    this.answering = this.editing = null;
    this.fit();
    this.drawAbove();
    this.input.focus();
  }

  take(files, event) {
    if (!files.length) return;
    event?.preventDefault();
    this.parcels = [...this.parcels, ...files].slice(0, 10);
    this.drawAbove();
    this.input.focus();
  }

  say(text) {
    this.hideMenu();
    const { answering } = this;
    return this.tell(() => post(`/chats/${this.pane.chatId}/send`, { user_id: this.pane.me, text, reply_to: answering?.id ?? null }));
  }

  /** The field is free at once; what could not be sent comes back into it. */
  async send() {
    const text = this.input.value.trim();
    if (!text && !this.parcels.length) return;
    const { answering, editing, parcels } = this;
    const as = this.asFile?.checked ? 'document' : '';
    const where = `/chats/${this.pane.chatId}`;
    const sent = this.tell(() => {
      if (editing) return post(`${where}/messages/${editing.id}/edit`, { user_id: this.pane.me, text });
      if (!parcels.length) return post(`${where}/send`, { user_id: this.pane.me, text, reply_to: answering?.id ?? null });
      const data = new FormData();
      data.append('user_id', this.pane.me);
      data.append('caption', text);
      if (answering) data.append('reply_to', answering.id);
      if (as) data.append('as', as);
      for (const file of parcels) data.append('file', file, file.name || 'image.png');
      return form(`${where}/send`, data);
    });
    this.input.value = '';
    this.parcels = [];
    this.fit();
    this.hideMenu();
    this.drawAbove();
    if (await sent || this.input.value || this.parcels.length) return;
    Object.assign(this, { answering, editing, parcels });
    this.input.value = text;
    this.fit();
    this.drawAbove();
  }

  /** One after the other, in the order they were written. */
  tell(request) {
    this.answering = this.editing = null;
    const sent = (this.sending ?? Promise.resolve()).then(request).then(() => true, (error) => { toast(t('failed', { why: error.message })); return false; });
    this.sending = sent;
    this.drawAbove();
    this.pane.toEnd();
    return sent;
  }

  key(event) {
    if (!this.menu.hidden && ['ArrowDown', 'ArrowUp', 'Tab', 'Enter', 'Escape'].includes(event.key) && !event.isComposing) {
      if (event.key === 'Escape') this.hideMenu();
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.choose(this.chosen + (event.key === 'ArrowDown' ? 1 : -1));
      else if (this.chosen >= 0) this.pick(this.shown[this.chosen], event.key === 'Tab');
      else if (event.key === 'Enter') { this.hideMenu(); this.send(); }
      event.preventDefault();
      return;
    }
    if (event.key === 'Escape' && (this.answering || this.editing)) this.cancel();
    const touch = matchMedia('(pointer: coarse)').matches;
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !touch) {
      event.preventDefault();
      this.send();
    }
  }

  async loadCommands() {
    this.commands = (await get(`/chats/${this.pane.chatId}/commands?user_id=${this.pane.me}`)).commands;
    this.suggest(); // somebody may have begun to write a command already
  }

  suggest() {
    const typed = /^\/(\w*)$/.exec(this.input.value);
    if (!typed || !this.commands.length) { this.hideMenu(); return; }
    this.show(this.commands.filter((one) => one.command.startsWith(typed[1].toLowerCase())));
  }

  toggleMenu() {
    if (!this.menu.hidden) { this.hideMenu(); return; }
    this.input.focus();
    this.show(this.commands);
  }

  show(commands) {
    this.shown = commands;
    this.menu.replaceChildren(...commands.map((one, index) => el('button', { type: 'button', role: 'option', id: `${this.menu.id}-${index}`, tabindex: -1, 'aria-selected': 'false', onmousedown: (event) => event.preventDefault(), onclick: () => this.pick(one, false) }, el('b', {}, `/${one.command}`), el('span', {}, one.description))));
    this.menu.hidden = !commands.length;
    this.choose(this.input.value.length > 1 && commands.length ? 0 : -1);
  }

  choose(index) {
    if (!this.shown?.length) return;
    this.chosen = index < -1 ? this.shown.length - 1 : Math.min(index, this.shown.length - 1);
    [...this.menu.children].forEach((node, at) => node.setAttribute('aria-selected', String(at === this.chosen)));
    const node = this.menu.children[this.chosen];
    node?.scrollIntoView({ block: 'nearest' });
    if (node) this.input.setAttribute('aria-activedescendant', node.id);
    else this.input.removeAttribute('aria-activedescendant');
  }

  pick(command, onlyFill) {
    this.hideMenu();
    if (onlyFill) this.write(`/${command.command} `, { replace: true });
    else { this.input.value = ''; this.fit(); this.say(`/${command.command}`); }
  }

  hideMenu() {
    this.menu.hidden = true;
    this.chosen = -1;
    this.input.removeAttribute('aria-activedescendant');
  }
}
