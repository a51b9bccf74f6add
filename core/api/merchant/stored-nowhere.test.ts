import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { startTestHub, type TestHub } from '../../../test/support/hub.js';

let hub: TestHub;
let apiKey: string;
beforeAll(async () => {
  hub = await startTestHub({ label: 'cards nowhere' });
  apiKey = (await hub.createClient()).apiKey;
});
afterAll(async () => { await hub.stop(); });

/** Everything the hub has written: each document of each collection, and the log. */
const written = async (): Promise<string> => {
  const client = new MongoClient(hub.databaseUri);
  try {
    const collections = await client.db().collections();
    const documents = await Promise.all(collections.map((collection) => collection.find().toArray()));
    return JSON.stringify(documents) + hub.logLines.join('');
  } finally { await client.close(); }
};

it('a card number in any member is neither stored nor logged, however it is spelled', async () => {
  const good = { paymentMethodToken: 'tok_success', amount: 5000 };
  const spellings = ['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242', '4242.4242.4242.4242', '42 42-4242.42424242 42'];
  for (const [at, spelling] of spellings.entries()) {
    for (const body of [{ ...good, paymentMethodToken: spelling }, { ...good, idempotencyKey: spelling }, { ...good, note: { deep: [spelling] } }]) {
      expect((await hub.post('/api/recovery/execute', apiKey, { ...body, amount: 5000 + at })).status).toBe(400);
    }
  }
  const before = await written();
  expect(before).toContain('"request"');
  expect(before.replaceAll(/[\s.-]/g, '')).not.toContain('42424242');
  expect(before).not.toContain('tok_success');
});

it('a test number goes to the test gateway and rests sealed', async () => {
  const answer = await hub.post('/api/recovery/execute', apiKey, { paymentMethodToken: '4111 1111 1111 1111', amount: 7000 });
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
  expect((await written()).replaceAll(/[\s.-]/g, '')).not.toContain('41111111');
});
