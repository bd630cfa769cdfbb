// The pull request drawer: a modal dialog whose address is its state. Escape, the cross and a click beside it close it; j and k go on in the list below,
// whose links say which pull request they open (data-pr).
let dialog = null;
// Where its reader was led to last.
let led = 0;
// The address alone says which one is shown: what the server sends late must not bring an earlier one back.
const shown = () => Number(new URL(location.href).searchParams.get('pr'));
const links = () => [...document.querySelectorAll('a[data-pr]')];
const neighbour = step => { const all = links(); const at = all.findIndex(link => Number(link.dataset.pr) === shown()); return at < 0 ? undefined : all[at + step]; };
const without = () => { const place = new URL(location.href); place.searchParams.delete('pr'); return place.href.replaceAll('%2C', ','); };
const close = () => {
  const from = links().find(link => Number(link.dataset.pr) === shown());
  if (dialog && dialog.open) { dialog.close(); }
  Blazor.navigateTo(without());
  // Where the reader left the list, not where the drawer was opened.
  if (from) { from.focus(); }
};
// The address is another at once, so that a key pressed twice goes on twice, whatever the server has sent by then.
const step = by => { const next = neighbour(by); if (next) { Blazor.navigateTo(next.href, { replaceHistoryEntry: true }); } };
const press = event => {
  if (!dialog || !dialog.isConnected || !dialog.open || event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (event.key === 'Escape') { event.preventDefault(); close(); return; }
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) { return; }
  if (event.key === 'j' || event.key === 'k') { event.preventDefault(); step(event.key === 'j' ? 1 : -1); }
};
const click = event => {
  if (event.target === dialog || (event.target instanceof Element && event.target.closest('[data-close]'))) { close(); return; }
  const button = event.target instanceof Element ? event.target.closest('[data-step]') : null;
  if (button) { step(Number(button.dataset.step)); }
};
// Back to where it was open, sooner than the server has heard that it was closed.
const again = () => { if (dialog && dialog.isConnected && !dialog.open && shown() > 0) { dialog.showModal(); } };
document.addEventListener('keydown', press);
window.addEventListener('popstate', again);
// After each rendering: what it was rendered for may have changed twice meanwhile. Only another pull request leads its reader elsewhere.
export function show(element) {
  // Closed meanwhile; the server hears of it in a moment.
  if (!shown()) { return; }
  const isOther = dialog !== element || !element.open || led !== shown();
  if (dialog !== element) {
    dialog = element;
    dialog.addEventListener('cancel', event => event.preventDefault());
    dialog.addEventListener('click', click);
  }
  if (!dialog.open) { dialog.showModal(); }
  for (const button of dialog.querySelectorAll('[data-step]')) { button.disabled = !neighbour(Number(button.dataset.step)); }
  if (!isOther) { return; }
  led = shown();
  dialog.scrollTop = 0;
  const title = dialog.querySelector('h2[tabindex]');
  if (title) { title.focus(); }
}
export function forget() { dialog = null; document.removeEventListener('keydown', press); window.removeEventListener('popstate', again); }
