// The search over every page: the keys that open it, the pause in the typing, and which option is marked. What Enter opens is what is marked for the
// text that stands in the field; where its answer is still on the way, Enter opens the first of it once it is there, unless more is typed.
const pause = 120;
let page = null, dialog = null, field = null, timer = 0, asked = '', wanted = null;
const text = () => field.value.trim();
const body = () => dialog.querySelector('.search-body');
const options = () => [...dialog.querySelectorAll('[role=option]')];
const marked = () => dialog.querySelector('[role=option][aria-selected=true]');
const mark = option => {
  const all = options();
  for (const other of all) { if (other !== option) { other.setAttribute('aria-selected', 'false'); } }
  field.setAttribute('aria-expanded', String(all.length > 0));
  if (!option) { field.removeAttribute('aria-activedescendant'); return; }
  option.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
};
const ask = () => {
  clearTimeout(timer);
  if (text() === asked) { return; }
  asked = text();
  page.invokeMethodAsync('FindAsync', asked).catch(() => { asked = ''; });
};
const type = () => {
  clearTimeout(timer);
  wanted = null;
  if (text() === '') { ask(); } else { timer = setTimeout(ask, pause); }
};
const step = by => {
  const all = options();
  if (all.length > 0) { const at = all.indexOf(marked()); mark(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]); }
};
const enter = () => {
  if (text() === '') { return; }
  const option = body().dataset.for === text() ? marked() : null;
  // Not there yet, or there and not marked yet.
  if (option) { option.click(); } else { wanted = text(); ask(); }
};
const begin = () => { field.value = ''; wanted = null; mark(null); ask(); };
const isOther = element => element !== dialog && element.matches(':modal') && !element.classList.contains('drawer');
const open = () => {
  // A question over the page wants its answer first.
  if (dialog.open || document.querySelector('.mud-dialog') || [...document.querySelectorAll('dialog[open]')].some(isOther)) { return; }
  begin();
  dialog.showModal();
  field.focus();
};
const press = event => {
  if (event.defaultPrevented || event.isComposing || event.altKey || !(event.target instanceof Element)) { return; }
  const isCommand = event.ctrlKey || event.metaKey;
  // Just closed: the browser gives the focus away with its next picture, and until then a key still goes to what nobody sees.
  const isTyping = !dialog.contains(event.target) && event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]');
  if (!(isCommand && event.key.toLowerCase() === 'k') && !(!isCommand && event.key === '/' && !isTyping)) { return; }
  event.preventDefault();
  open();
};
// What is pressed here is nobody else's: the drawer below would close by the same Escape.
const pressInside = event => {
  if (!dialog.open) { return; }
  event.stopPropagation();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); dialog.close(); return; }
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target !== field) { return; }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); step(event.key === 'ArrowDown' ? 1 : -1); }
  if (event.key === 'Enter') { event.preventDefault(); enter(); }
};
const click = event => {
  if (event.target instanceof Element && event.target.closest('[data-search-open]')) { open(); }
};
const clickInside = event => {
  const target = event.target instanceof Element ? event.target : dialog;
  const leads = target.closest('[role=option]');
  if (leads ? !event.ctrlKey && !event.metaKey && !event.shiftKey : target === dialog || target.closest('[data-search-close]')) { dialog.close(); }
};
const hover = event => {
  const option = event.target instanceof Element ? event.target.closest('[role=option]') : null;
  if (option && option !== marked()) { mark(option); }
};
// The browser says so with its next picture: by then it may be open again, with something typed.
const closed = () => { if (!dialog.open) { begin(); } };
export function listen(element, reader) {
  [dialog, page, field] = [element, reader, element.querySelector('input')];
  document.addEventListener('keydown', press);
  document.addEventListener('click', click);
  dialog.addEventListener('keydown', pressInside);
  dialog.addEventListener('click', clickInside);
  dialog.addEventListener('mousemove', hover);
  dialog.addEventListener('close', closed);
  field.addEventListener('input', type);
  dialog.dataset.listens = '';
}
// The answer is in the page.
export function answered() {
  const isFor = body().dataset.for === text();
  mark(isFor ? options()[0] ?? null : null);
  if (wanted !== null && isFor && wanted === text()) { wanted = null; marked()?.click(); }
}
export function forget() {
  clearTimeout(timer);
  document.removeEventListener('keydown', press);
  document.removeEventListener('click', click);
}
