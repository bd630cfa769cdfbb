// Sends chosen files as plain requests, one after the other, and tells the page how far they are. XMLHttpRequest, since fetch doesn't tell how much
// of a body has been sent.
let page, zone, input, files = new Map(), current = null, queue = [];

const choose = list => {
  const chosen = [];
  for (const file of list) {
    const id = crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, c => (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));
    files.set(id, file);
    chosen.push({ id, name: file.name.slice(0, 1000), size: file.size });
  }
  if (chosen.length > 0) { page.invokeMethodAsync('Choose', chosen); }
};
const over = event => { event.preventDefault(); zone.classList.add('is-over'); };
const out = () => zone.classList.remove('is-over');
const drop = event => { event.preventDefault(); out(); choose([...event.dataTransfer.items].filter(item => item.kind === 'file').map(item => item.getAsFile()).filter(file => file)); };
// A file dropped beside the zone would be opened in place of the page.
const stray = event => event.preventDefault();

export function listen(element, picker, self) {
  zone = element; input = picker; page = self;
  zone.addEventListener('dragover', over);
  zone.addEventListener('dragleave', out);
  zone.addEventListener('drop', drop);
  input.addEventListener('change', () => { choose(input.files); input.value = ''; });
  document.addEventListener('dragover', stray);
  document.addEventListener('drop', stray);
}

const sendOne = (address, team, repository, id) => new Promise(done => {
  const file = files.get(id);
  if (!file) { page.invokeMethodAsync('Answer', id, 0, '').then(done, done); return; }
  const query = new URLSearchParams({ team, name: file.name.slice(0, 400), upload: id });
  if (repository) { query.set('repository', repository); }
  const request = current = new XMLHttpRequest();
  let told = 0;
  request.open('POST', `${address}?${query}`);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.setRequestHeader('RequestVerificationToken', document.querySelector('main input[name=__RequestVerificationToken]').value);
  request.upload.onprogress = event => {
    if (performance.now() - told > 250) { told = performance.now(); page.invokeMethodAsync('Sending', id, event.loaded); }
  };
  request.upload.onload = () => page.invokeMethodAsync('Sending', id, file.size);
  request.onload = () => page.invokeMethodAsync('Answer', id, request.status, request.responseText).then(done, done);
  request.onerror = () => page.invokeMethodAsync('Answer', id, 0, '').then(done, done);
  request.onabort = () => page.invokeMethodAsync('Stopped', id).then(done, done);
  request.send(file);
});

export function send(address, team, repository, ids) {
  queue = [...ids];
  (async () => {
    while (queue.length > 0) { await sendOne(address, team, repository, queue.shift()); }
    current = null;
    page.invokeMethodAsync('Finished');
  })();
}

export function cancel() {
  const dropped = queue;
  queue = [];
  dropped.forEach(id => page.invokeMethodAsync('Stopped', id));
  if (current) { current.abort(); }
}

export function leave() {
  document.removeEventListener('dragover', stray);
  document.removeEventListener('drop', stray);
  queue = [];
  if (current) { current.onabort = null; current.abort(); }
  files = new Map();
}
