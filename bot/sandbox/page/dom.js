// Small helpers to make elements.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/page/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function toast(text, seconds = 2.6) {
  if (!text) return;
  const note = el('div', { class: 'toast' }, text);
  document.getElementById('toasts').append(note);
  setTimeout(() => note.remove(), seconds * 1000);
}

/** A modal with buttons; resolves with the pressed button's value ('' when closed). */
export function ask(title, content, buttons) {
  const dialog = document.getElementById('dialog');
  dialog.replaceChildren(
    el('form', { method: 'dialog' },
      title ? el('h2', {}, title) : null,
      typeof content === 'string' ? el('p', {}, content) : content,
      el('div', { class: 'row' }, buttons.map(([value, label, kind]) =>
        el('button', { class: `chip ${kind || ''}`, value, autofocus: kind === 'solid' }, label)))));
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
}

/** Makes `parent` hold exactly these nodes, touching only what changed (so that a log is not read out anew). */
export function patch(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => { if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] || null); });
}

export function hueOf(number) {
  return [188, 28, 262, 92, 338, 214, 150, 52][Math.abs(number) % 8];
}

export function bytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1048576 ? `${(size / 1024).toFixed(size < 10240 ? 1 : 0)} KB` : `${(size / 1048576).toFixed(1)} MB`;
}
