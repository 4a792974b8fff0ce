// Formatted text drawn from its entities (offsets are UTF-16, as JavaScript strings are).
import { el, icon } from './dom.js';
import { t } from './words.js';

const TAGS = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre', blockquote: 'blockquote', expandable_blockquote: 'blockquote' };

/** A fragment; `acts` are {copy(text), command(text)}: what a tap on <code> and on a /command does. */
export function formatted(text, entities, acts) {
  const fragment = document.createDocumentFragment();
  draw(fragment, text, 0, text.length, entities, acts);
  return fragment;
}

const DOTS = { '🔴': '#cf4436', '🟠': '#dd7f2b', '🟡': '#e0ae2a', '🟢': '#3f9a57', '🔵': '#3a7bd0', '🟣': '#8358b8', '🟤': '#8a6244', '⚪': '#dfe3e4', '⚫': '#3b4347' };

/** Text whose coloured dots are drawn the same everywhere, whatever fonts a machine has (copied they stay themselves);
 *  a dot and the word beside it stand in one line. */
export function dotted(text) {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(/([🔴🟠🟡🟢🔵🟣🟤⚪⚫] ?[\p{Letter}]{0,4})/u)) {
    const colour = DOTS[String.fromCodePoint(part.codePointAt(0) ?? 32)];
    if (colour) fragment.append(el('span', { class: 'dotted' }, el('span', { class: 'dot', style: `--dot:${colour}` }, [...part][0]), [...part].slice(1).join('')));
    else if (part) fragment.append(part);
  }
  return fragment;
}

function draw(parent, text, from, to, entities, acts) {
  let at = from;
  for (let index = 0; index < entities.length;) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    let inside = index + 1;
    while (inside < entities.length && entities[inside].offset < end) inside += 1;
    if (entity.offset >= at) {
      parent.append(dotted(text.slice(at, entity.offset)));
      const [node, body] = element(entity, text.slice(entity.offset, end), acts);
      draw(body, text, entity.offset, end, entities.slice(index + 1, inside), acts);
      parent.append(node);
      at = end;
      if (TAGS[entity.type] === 'blockquote' && text[at] === '\n') at += 1;
    }
    index = inside;
  }
  parent.append(dotted(text.slice(at, to)));
}

function element(entity, content, acts) {
  const whole = (node) => [node, node];
  switch (entity.type) {
    case 'code':
      return whole(el('code', { role: 'button', tabindex: 0, onclick: () => acts.copy(content), onkeydown: (event) => { if (event.key === 'Enter') acts.copy(content); } }));
    case 'url':
    case 'text_link': {
      const href = entity.url || (content.includes('://') ? content : `https://${content}`);
      return whole(el('a', { href, target: '_blank', rel: 'noopener noreferrer' }));
    }
    case 'email':
      return whole(el('a', { href: `mailto:${content}` }));
    case 'bot_command':
      return whole(el('button', { type: 'button', class: 'command', onclick: () => acts.command(content) }));
    case 'spoiler':
      return whole(el('span', { class: 'spoiler', role: 'button', tabindex: 0, onclick: (event) => event.currentTarget.classList.add('shown'), onkeydown: (event) => { if (event.key === 'Enter') event.currentTarget.classList.add('shown'); } }));
    case 'expandable_blockquote':
      return foldable();
    default:
      return whole(el(TAGS[entity.type] || 'span'));
  }
}

function foldable() {
  const body = el('div', { class: 'fold-body' });
  const label = el('span', {}, t('expand'));
  const more = el('button', { type: 'button', class: 'fold-more', 'aria-expanded': 'false' }, label, icon('chevron'));
  const quote = el('blockquote', { class: 'fold' }, body, more);
  more.addEventListener('click', () => {
    const open = quote.classList.toggle('open');
    more.setAttribute('aria-expanded', String(open));
    label.textContent = open ? t('collapse') : t('expand');
  });
  // Watched, not measured once: a chat may be drawn while it is out of sight.
  new ResizeObserver((_, watching) => {
    if (body.scrollHeight <= body.clientHeight + 2) return;
    quote.classList.add('long');
    watching.disconnect();
  }).observe(body);
  return [quote, body];
}
