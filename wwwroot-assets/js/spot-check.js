// Keys of a spot check. Each key is sent with the position that was on the screen when it was pressed: the server drops it when another is shown by
// then, so that whoever types fast judges each summary once and none unseen. A key that is held down is pressed once.
const keys = new Set(['1', '2', '3', '4', '5', 'u', 'j', 'k', '?', 'Escape']);
let page = null;
const press = event => {
  const at = event.target;
  if (!page || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !keys.has(event.key)) { return; }
  if (at instanceof Element && (at.closest('input, select, textarea, [contenteditable=true], dialog, .mud-dialog') || document.querySelector('.mud-dialog, [popover]:popover-open'))) { return; }
  if (event.key !== 'Escape') { event.preventDefault(); }
  const pair = document.querySelector('[data-position]');
  page.invokeMethodAsync('PressAsync', event.key, pair ? Number(pair.dataset.position) : 0).catch(() => { });
};
// Said on the document, for who is quicker than a script is loaded.
export function listen(reader) { page = reader; document.addEventListener('keydown', press); document.documentElement.dataset.reader = 'listens'; }
export function stop() { page = null; delete document.documentElement.dataset.reader; document.removeEventListener('keydown', press); }
// The next one is read from its beginning.
export function top() { const pair = document.querySelector('[data-position]'); if (pair && pair.getBoundingClientRect().top < 0) { pair.scrollIntoView({ block: 'start' }); } }
