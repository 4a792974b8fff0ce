// The people's side of the sandbox over HTTP, and its stream of events.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || response.statusText);
  return body;
}

export const get = (path) => fetch(`/sandbox${path}`).then(answer);
export const post = (path, body = {}) =>
  fetch(`/sandbox${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then(answer);
export const form = (path, data) => fetch(`/sandbox${path}`, { method: 'POST', body: data }).then(answer);

/** Hears every event; onBack is called when the stream came back after a break. */
export function listen(onEvent, onLost, onBack) {
  let broken = false;
  const source = new EventSource('/sandbox/events');
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  source.onopen = () => { if (broken) { broken = false; onBack(); } };
  source.onerror = () => { if (!broken) { broken = true; onLost(); } };
}
