// Notifications of the browser's own, by choice: asked for only on a click, remembered in this browser, shown while a page is open.
let page = null;
const has = () => 'Notification' in window && window.isSecureContext;
const wanted = () => { try { return localStorage.getItem('gb-notify') === 'yes'; } catch { return false; } };
const want = value => { try { localStorage.setItem('gb-notify', value ? 'yes' : 'no'); } catch { /* not remembered, then */ } };
const state = () => (!has() ? 'missing' : Notification.permission === 'denied' ? 'denied' : wanted() && Notification.permission === 'granted' ? 'on' : 'off');
// In the click itself: browsers let a page ask only then, and a way over the server would be too late for some.
const choose = async event => {
  const box = event.target;
  if (!box.matches || !box.matches('input[data-notify]')) { return; }
  const isOn = box.checked;
  want(isOn);
  if (isOn && Notification.permission === 'default') { await Notification.requestPermission(); }
  box.checked = state() === 'on';
  if (page) { page.invokeMethodAsync('PermissionChanged', state()).catch(() => { }); }
};
export const watch = told => { page = told; document.addEventListener('change', choose); return state(); };
export const forget = () => { page = null; document.removeEventListener('change', choose); };
// The same tag from another page of this browser takes its place: nothing is shown twice.
export const show = (title, body, address, tag) => {
  if (state() !== 'on') { return; }
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => { window.focus(); shown.close(); if (address) { Blazor.navigateTo(address); } };
  } catch { /* some phones have the name and not the thing */ }
};
