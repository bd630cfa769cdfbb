// A native dialog: the browser keeps the focus in it, closes it on Escape, and gives the focus back. While it is open the page behind doesn't scroll.
(function () {
  const tidy = dialog => {
    document.documentElement.classList.remove('has-dialog');
    if (dialog.gbOpener && dialog.gbOpener.isConnected) { dialog.gbOpener.focus({ preventScroll: true }); }
  };
  window.gbDialog = {
    open: dialog => {
      if (!dialog || dialog.open) { return; }
      dialog.gbOpener = document.activeElement;
      dialog.addEventListener('close', () => tidy(dialog), { once: true });
      document.documentElement.classList.add('has-dialog');
      dialog.showModal();
    },
    close: dialog => { if (dialog && dialog.open) { dialog.close(); } },
  };
  // Taken out of the page while it was open (another page was gone to): its close event never comes.
  new MutationObserver(() => {
    if (document.documentElement.classList.contains('has-dialog') && !document.querySelector('dialog[open]')) { document.documentElement.classList.remove('has-dialog'); }
  }).observe(document.body, { childList: true, subtree: true });
})();
