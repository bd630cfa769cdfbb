// Runs before the first paint. What the reader chose is kept in a cookie, so that the server can say it to MudBlazor from the start; where
// nothing was chosen the operating system decides, and what it said last is kept beside it for the same reason.
(function (root) {
  const dark = '(prefers-color-scheme: dark)';
  const read = name => (document.cookie.match('(?:^|; )' + name + '=([a-z]+)') || [])[1];
  const write = (name, value) => { document.cookie = name + '=' + value + '; path=/; max-age=31536000; samesite=lax'; };
  const apply = () => {
    const chosen = read('gb-theme');
    if (chosen === 'dark' || chosen === 'light') { root.dataset.theme = chosen; } else { delete root.dataset.theme; }
    const now = isDark();
    write('gb-dark', now ? 'yes' : 'no');
    return now;
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia(dark).matches);
  let told = null;
  window.gbTheme = {
    isDark,
    toggle: () => { write('gb-theme', isDark() ? 'light' : 'dark'); return apply(); },
    tell: page => { told = page; return isDark(); },
    forget: () => { told = null; },
    rail: isNarrow => write('gb-rail', isNarrow ? 'narrow' : 'wide'),
  };
  // One of its own, which nobody asks: in Chromium a list that is asked between the change and its event has no event any more.
  matchMedia(dark).addEventListener('change', () => { const now = apply(); if (told) { told.invokeMethodAsync('ThemeChanged', now).catch(() => { }); } });
  apply();
})(document.documentElement);
