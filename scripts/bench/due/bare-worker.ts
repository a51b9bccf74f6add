/** The driver alone as a process of its own: sends commands again that a hub has sent, without the hub. */
import { deserialize } from 'bson';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { serve } from '../serve.js';
import type { Work } from './work.js';

const recording = z.object({ sent: z.array(z.object({ command: z.record(z.string(), z.unknown()), keys: z.array(z.string()) })) });
const maxPoolSize = 100;

const client = new MongoClient(process.env['BENCH_URI'] ?? '', { maxPoolSize });
await client.connect();
const database = client.db();
let sent: z.output<typeof recording>['sent'] = [];

/** Each command waits for those before it that speak of the same case, and for nothing else. */
const replay = async (): Promise<void> => {
  const last = new Map<string, Promise<unknown>>();
  const all: Promise<unknown>[] = [];
  let latest: Promise<unknown> | undefined;
  for (const { command, keys } of sent) {
    const before = (keys.length === 0 ? [latest] : keys.map((key) => last.get(key))).filter((one) => one !== undefined);
    const task = Promise.all(before).then(() => database.command(command));
    for (const key of keys) last.set(key, task);
    if (keys.length > 0) latest = task;
    all.push(task);
  }
  await Promise.all(all);
};

serve({
  load: async (facts) => {
    const { commands } = z.object({ commands: z.instanceof(Uint8Array) }).parse(facts);
    sent = recording.parse(deserialize(commands)).sent;
    return sent.length;
  },
  round: async () => {
    const cpuBefore = process.cpuUsage();
    const from = performance.now();
    await replay();
    const { user, system } = process.cpuUsage(cpuBefore);
    return { ms: performance.now() - from, cpuMs: (user + system) / 1000 } satisfies Work;
  },
}, () => client.close());
