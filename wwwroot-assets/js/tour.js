// Points at a control, and remembers for a person that the first steps are not wanted any more.
const key = name => `gb-first-steps:${name}`;

export function isDismissed(name) {
  try { return localStorage.getItem(key(name)) !== null; } catch { return false; }
}

export function dismiss(name) {
  try { localStorage.setItem(key(name), 'dismissed'); } catch { /* then they are here again next time */ }
  document.getElementById('page')?.focus({ preventScroll: true });
}

export function point(what) {
  const target = [...document.querySelectorAll(what)].find(element => element.getClientRects().length > 0);
  if (!target) { return; }
  if (target.tabIndex < 0) { target.tabIndex = -1; }
  target.scrollIntoView({ block: 'center' });
  target.focus({ preventScroll: true });
  target.classList.add('is-pointed');
  target.addEventListener('blur', () => target.classList.remove('is-pointed'), { once: true });
}
