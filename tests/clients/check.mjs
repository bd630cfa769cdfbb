// Drives the simulator with the official clients and checks every value that comes back.
// node check.mjs ORIGIN MODULES: ORIGIN such as http://127.0.0.1:4010, MODULES the node_modules folder that holds the clients.
// Exits with 1 and a sentence at the first complaint.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [origin, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'anchor.js'));
const { default: Groq, toFile: groqFile } = require('groq-sdk');
const { default: OpenAI, toFile: openaiFile } = require('openai');

const terminal = ['completed', 'failed', 'expired', 'cancelled'];
const requests = 40;

function jsonl(prefix, fails) {
  const lines = [];
  for (let i = 1; i <= requests; i++) {
    lines.push(
      JSON.stringify({
        custom_id: `${prefix}-${i}`,
        method: 'POST',
        url: '/v1/chat/completions',
        body: {
          // A model that is gone gives lines for the error file.
          model: i <= fails ? 'llama-3.3-70b-versatile' : 'openai/gpt-oss-120b',
          messages: [
            { role: 'system', content: 'Answer with JSON.' },
            { role: 'user', content: `Title: feat: wish list ${i}\nFiles:\n- src/server/wish.ts (+10 -2)\n\nBody:\nLets people keep wishes.` },
          ],
          max_completion_tokens: 4096,
          reasoning_effort: 'low',
          response_format: { type: 'json_object' },
        },
      }),
    );
  }
  return lines.join('\n') + '\n';
}

function checkFile(file, bytes) {
  assert.match(file.id, /^file_[0-9a-z]{26}$/);
  assert.equal(file.object, 'file');
  assert.equal(file.bytes, bytes);
  assert.equal(file.filename, 'batch.jsonl');
  assert.equal(file.purpose, 'batch');
  assert.ok(Math.abs(file.created_at - Date.now() / 1000) < 120, 'created_at is a Unix time in seconds');
}

function checkBatch(batch, inputFileId, name) {
  assert.match(batch.id, /^batch_[0-9a-z]{26}$/);
  assert.equal(batch.object, 'batch');
  assert.equal(batch.endpoint, '/v1/chat/completions');
  assert.equal(batch.input_file_id, inputFileId);
  assert.equal(batch.completion_window, '24h');
  assert.equal(batch.expires_at - batch.created_at, 86400);
  assert.deepEqual(batch.metadata, { client: name });
  assert.equal(typeof batch.request_counts.total, 'number');
}

async function text(response) {
  assert.equal(response.headers.get('content-type'), 'application/octet-stream');
  const body = await response.text();
  assert.equal(Number(response.headers.get('content-length')), Buffer.byteLength(body));
  return body.trimEnd().split('\n').map((line) => JSON.parse(line));
}

async function poll(retrieve) {
  for (let i = 0; i < 600; i++) {
    const batch = await retrieve();
    if (terminal.includes(batch.status)) return batch;
    await sleep(50);
  }
  throw new Error('the batch did not end');
}

async function drive(name, client, toFile, describe) {
  const models = await client.models.list();
  const ids = models.data.map((model) => model.id);
  assert.ok(ids.includes('openai/gpt-oss-20b') && ids.includes('openai/gpt-oss-120b'), 'both models are listed');
  assert.equal((await client.models.retrieve('openai/gpt-oss-120b')).id, 'openai/gpt-oss-120b');

  const content = jsonl(name, 3);
  const file = await client.files.create({ file: await toFile(Buffer.from(content), 'batch.jsonl'), purpose: 'batch' });
  checkFile(file, Buffer.byteLength(content));
  assert.deepEqual(await describe(file.id), file);
  assert.ok((await client.files.list()).data.some((listed) => listed.id === file.id), 'the file is listed');

  const body = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h', metadata: { client: name } };
  const created = await client.batches.create(body);
  checkBatch(created, file.id, name);
  assert.equal(created.status, 'validating');
  assert.deepEqual(created.request_counts, { total: 0, completed: 0, failed: 0 });

  const done = await poll(() => client.batches.retrieve(created.id));
  checkBatch(done, file.id, name);
  assert.equal(done.status, 'completed');
  assert.equal(done.request_counts.total, requests);
  assert.equal(done.request_counts.completed + done.request_counts.failed, requests);
  assert.ok(done.request_counts.failed >= 3);
  assert.ok((await client.batches.list()).data.some((listed) => listed.id === created.id && listed.status === 'completed'), 'the batch is listed');

  const output = await text(await client.files.content(done.output_file_id));
  const errors = await text(await client.files.content(done.error_file_id));
  assert.equal(output.length, done.request_counts.completed);
  assert.equal(errors.length, done.request_counts.failed);
  assert.equal(new Set([...output, ...errors].map((line) => line.custom_id)).size, requests);
  for (const line of output) {
    assert.equal(line.response.status_code, 200);
    assert.equal(line.response.body.service_tier, 'batch');
    assert.equal(line.response.body.usage.total_tokens, line.response.body.usage.prompt_tokens + line.response.body.usage.completion_tokens);
    const document = JSON.parse(line.response.body.choices[0].message.content);
    assert.deepEqual(Object.keys(document), ['ai', 'tech', 'summary', 'health']);
    assert.equal(document.summary.type, 'feature');
  }
  const gone = errors.filter((line) => line.response.body.error.code === 'model_not_found');
  assert.deepEqual(gone.map((line) => line.custom_id).sort(), [`${name}-1`, `${name}-2`, `${name}-3`]);

  // A second batch is held up so that it can be cancelled.
  await fetch(`${origin}/_simulator/faults`, { method: 'POST', body: JSON.stringify({ kind: 'stuck', metadata: { client: `${name}-held` } }) });
  const held = await client.batches.create({ ...body, metadata: { client: `${name}-held` } });
  const cancelling = await client.batches.cancel(held.id);
  assert.equal(cancelling.id, held.id);
  assert.equal(cancelling.status, 'cancelling');
  const cancelled = await poll(() => client.batches.retrieve(held.id));
  assert.equal(cancelled.status, 'cancelled');
  assert.equal(typeof cancelled.cancelled_at, 'number');

  assert.deepEqual(await client.files.delete(file.id), { id: file.id, object: 'file', deleted: true });
  await assert.rejects(describe(file.id), (error) => error.status === 404);
  await assert.rejects(client.batches.retrieve('batch_01m7e79rtyfx5vsa9mkvef9ews'), (error) => error.status === 404);
  console.log(`${name}: no complaint`);
}

const groq = new Groq({ apiKey: 'gsk_check', baseURL: origin });
await drive('groq-sdk', groq, groqFile, (id) => groq.files.info(id));
const openai = new OpenAI({ apiKey: 'gsk_check', baseURL: `${origin}/openai/v1` });
await drive('openai', openai, openaiFile, (id) => openai.files.retrieve(id));
const refused = new Groq({ apiKey: 'gsk_check', baseURL: origin, maxRetries: 0 });
await assert.rejects(refused.batches.create({ input_file_id: 'file_none', endpoint: '/v1/chat/completions', completion_window: '24h' }), (error) => error.status === 404);
