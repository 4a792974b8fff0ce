// One message (or one album) as it stands in the log.
import { bytes, el, icon } from './dom.js';
import { hhmm } from './time.js';
import { dotted, formatted } from './text.js';
import { t } from './words.js';

/** `pane` gives: me (user id), isGroup, acts, reply, edit, press, jump. `messages` is one message or a whole album. */
export function turn(pane, messages, first) {
  const head = messages[0];
  const captioned = messages.find((message) => message.text) || head;
  const mine = head.from.id === pane.me;
  const bare = Boolean(head.media?.kind === 'photo' && !captioned.text && !head.reply_to);
  const bubble = el('div', { class: `bubble${bare ? ' bare' : ''}` });
  if (pane.isGroup && !mine && first) bubble.append(el('div', { class: 'from' }, head.from.name));
  if (head.forwarded) bubble.append(el('div', { class: 'from' }, t('forwarded', { name: head.forwarded.sender_user?.first_name || '' })));
  if (head.reply_to) bubble.append(quote(head.reply_to, () => pane.jump(head.reply_to.id)));
  if (head.media) bubble.append(media(messages));
  if (captioned.text) bubble.append(el('div', { class: 'text' }, formatted(captioned.text, captioned.entities, pane.acts)));
  bubble.append(meta(pane, head));
  const reactions = Object.values(head.reactions || {}).flat();
  if (reactions.length) bubble.append(el('div', { class: 'reactions' }, reactions.map((one) => el('span', {}, one))));
  bubble.append(tools(pane, head, mine));
  const stack = el('div', { class: 'stack' }, bubble);
  const node = el('article', { class: `turn${mine ? ' mine' : ''}${first ? ' first' : ''}`, 'data-id': head.id, 'aria-label': head.from.name }, stack);
  for (const message of messages.slice(1)) node.append(el('i', { hidden: true, 'data-id': message.id }));
  const keys = messages.flatMap((message) => (message.buttons.length ? [keyboard(pane, message)] : []));
  stack.append(...keys);
  stack.classList.toggle('keyed', keys.length > 0);
  bubble.addEventListener('dblclick', (event) => { if (!event.target.closest('a,button,code')) { getSelection().removeAllRanges(); pane.reply(head); } });
  swipe(node, () => pane.reply(head));
  return node;
}

export function quote(reply, onclick) {
  const text = reply.gone ? t('gone') : reply.text || (reply.media ? t('photo') : '');
  return el(onclick ? 'button' : 'div', { type: onclick && 'button', class: 'quote', onclick }, el('strong', {}, reply.name), el('span', {}, dotted(text.replaceAll('\n', ' '))));
}

function meta(pane, message) {
  const parts = [];
  if (message.edit_date) {
    parts.push(message.versions.length
      ? el('button', { type: 'button', onclick: () => pane.history(message) }, t('edited'))
      : el('span', {}, t('edited')));
  }
  parts.push(el('time', { datetime: new Date(message.date * 1000).toISOString() }, hhmm(message.date * 1000)));
  return el('div', { class: 'meta' }, parts);
}

function tools(pane, message, mine) {
  const box = el('div', { class: 'tools' }, el('button', { type: 'button', class: 'plain', title: t('reply'), 'aria-label': t('reply'), onclick: () => pane.reply(message) }, icon('reply')));
  if (mine) box.append(el('button', { type: 'button', class: 'plain', title: t('edit'), 'aria-label': t('edit'), onclick: () => pane.edit(message) }, icon('edit')));
  return box;
}

function media(messages) {
  const photos = messages.filter((message) => message.media.kind === 'photo');
  if (!photos.length) return el('div', {}, messages.map((message) => document_(message.media)));
  const box = el('div', { class: `media${photos.length > 1 ? ' album' : ''}${photos.length % 2 ? ' odd' : ''}` });
  for (const { media: photo, text } of photos) {
    const image = el('img', { src: photo.url, alt: text || t('photo'), loading: 'lazy', width: photo.width, height: photo.height });
    box.append(el('button', { type: 'button', class: 'photo', 'aria-label': t('photo'), onclick: () => view(photo.url) }, image));
  }
  return box;
}

function document_(file) {
  const suffix = file.name.includes('.') ? file.name.split('.').pop().slice(0, 4) : '';
  return el('a', { class: 'document', href: file.url, download: file.name }, el('span', { class: 'tile', 'aria-hidden': 'true' }, suffix || icon('file')), el('span', {}, el('strong', {}, file.name || t('file')), el('span', {}, bytes(file.size))));
}

function view(url) {
  const viewer = document.getElementById('viewer');
  viewer.setAttribute('aria-label', t('photo'));
  viewer.replaceChildren(el('img', { src: url, alt: t('photo') }), el('button', { type: 'button', class: 'plain', 'aria-label': t('close') }, icon('close')));
  viewer.onclick = () => viewer.close();
  viewer.showModal();
}

function keyboard(pane, message) {
  const rows = message.buttons.map((row) => el('div', { class: 'row' }, row.map((button) => key(pane, message, button))));
  return el('div', { class: 'keys', role: 'group', 'aria-label': message.text.slice(0, 40) }, rows);
}

function key(pane, message, button) {
  const node = el('button', { type: 'button', class: 'key' }, dotted(button.text));
  if (button.kind === 'url') node.append(icon('link'));
  if (button.kind === 'copy') node.append(icon('copy'));
  node.addEventListener('click', async () => {
    node.classList.add('waiting');
    node.setAttribute('aria-busy', 'true');
    await pane.press(message, button);
    node.classList.remove('waiting');
    node.removeAttribute('aria-busy');
  });
  return node;
}

/** A swipe to the left on a touch screen replies. */
function swipe(node, done) {
  let start = null;
  node.addEventListener('touchstart', (event) => { start = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
  node.addEventListener('touchmove', (event) => {
    if (!start) return;
    const move = event.touches[0].clientX - start.clientX;
    if (Math.abs(event.touches[0].clientY - start.clientY) > 30) { start = null; node.style.transform = ''; return; }
    node.style.transform = move < 0 ? `translateX(${Math.max(move, -72)}px)` : '';
  }, { passive: true });
  const end = (event) => {
    const far = start && event.changedTouches[0].clientX - start.clientX < -56;
    start = null;
    node.style.transition = 'transform .15s';
    node.style.transform = '';
    setTimeout(() => { node.style.transition = ''; }, 200);
    if (far) done();
  };
  node.addEventListener('touchend', end);
  node.addEventListener('touchcancel', end);
}
