// "Print": in the click itself, without a word to the server. Loaded once for a document, so there is one listener however often the page is come to.
document.addEventListener('click', event => {
  if (event.target.closest && event.target.closest('[data-print]')) { window.print(); }
});
