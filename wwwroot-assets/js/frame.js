// Starts the page's connection, keeps it, and lets ages grow between two messages of the server.
(function () {
  // --- connection: quiet, automatic, and back on the same view. The address holds a view's whole state, so where the server no longer knows
  // this page (it was restarted), loading the same address is the same view.
  const bar = document.getElementById('components-reconnect-modal');
  const alive = () => fetch('health/live', { cache: 'no-store' }).then(answer => answer.ok, () => false);
  const reloadOnceAlive = async () => {
    while (!(await alive())) { await new Promise(next => setTimeout(next, 1000)); }
    location.reload();
  };
  bar.addEventListener('components-reconnect-state-changed', event => {
    const state = event.detail.state;
    bar.classList.toggle('is-lost', state !== 'hide');
    if (state === 'failed' || state === 'rejected' || state === 'resume-failed') { reloadOnceAlive(); }
  });
  Blazor.start({ circuit: { reconnectionOptions: { maxRetries: 3600, retryIntervalMilliseconds: attempt => (attempt < 1 ? 0 : attempt < 20 ? 500 : 2000) } } });

  // --- ages: <time data-age="4"> was 4 s old when the server wrote it; it ages by this machine's clock, whatever that clock says. Only the
  // text node's value is touched: the node itself is Blazor's.
  const units = [[60, 's', 1], [3600, 'min', 60], [86400, 'h', 3600], [31 * 86400, 'd', 86400]];
  const inWords = seconds => {
    for (const [below, unit, size] of units) { if (seconds < below) { return Math.floor(seconds / size) + ' ' + unit + ' ago'; } }
    return null;
  };
  const grow = () => {
    for (const time of document.querySelectorAll('time[data-age]')) {
      const key = time.dateTime + time.dataset.age;
      if (time.gbKey !== key) {
        time.gbKey = key;
        time.gbSince = performance.now() - Number(time.dataset.age) * 1000;
        time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
      }
      const words = inWords((performance.now() - time.gbSince) / 1000) || new Date(time.dateTime).toLocaleDateString(undefined, { dateStyle: 'medium' });
      const text = time.firstChild;
      if (text && text.nodeType === 3 && text.data !== words) { text.data = words; }
    }
    for (const time of document.querySelectorAll('time[data-at]')) {
      if (time.gbKey !== time.dateTime) {
        time.gbKey = time.dateTime;
        const at = new Date(time.dateTime);
        time.title = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
        if (time.firstChild && time.firstChild.nodeType === 3) { time.firstChild.data = at.toLocaleString(undefined, time.dataset.at === 'time' ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' }); }
      }
    }
  };
  setInterval(grow, 1000);
  new MutationObserver(changes => { if (changes.some(change => change.addedNodes.length > 0)) { grow(); } }).observe(document.body, { childList: true, subtree: true });

  // --- the link past the rail: Blazor would scroll to its target, but leave the focus behind.
  document.addEventListener('click', event => {
    if (event.target.closest && event.target.closest('.skip')) { event.preventDefault(); event.stopPropagation(); document.getElementById('page').focus(); }
  }, true);

  // --- copying: in the browser, so that it works while the connection is away. Where the page is not in a secure context there is no clipboard
  // to write to, and the old command does it.
  window.gbCopy = async text => {
    if (navigator.clipboard) { return navigator.clipboard.writeText(text); }
    const field = document.createElement('textarea');
    field.value = text;
    field.style.position = 'fixed';
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  };
  document.addEventListener('click', async event => {
    const button = event.target.closest && event.target.closest('[data-copy]');
    if (!button) { return; }
    await window.gbCopy(button.dataset.copy);
    button.classList.add('is-copied');
    document.getElementById('gb-say').textContent = button.title + ': done';
    setTimeout(() => button.classList.remove('is-copied'), 1500);
  });

  // --- a link in a panel over the page leads away from it: the panel has done its work.
  document.addEventListener('click', event => {
    const link = event.target.closest && event.target.closest('[popover] a[href]');
    if (link) { link.closest('[popover]').hidePopover(); }
  });

  // --- what an address is about, in the middle of the window.
  window.gbShow = id => { const element = document.getElementById(id); if (element) { element.scrollIntoView({ block: 'center' }); } };

  // --- questions over the page: the browser's own modal dialogs.
  window.gbDialog = {
    show: dialog => { if (dialog && !dialog.open) { dialog.showModal(); } },
    close: dialog => { if (dialog && dialog.open) { dialog.close(); } },
  };
})();
