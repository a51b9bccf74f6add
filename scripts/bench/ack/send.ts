import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { SignedWebhook } from './sign-webhooks.js';

const connections = 64;

/** Posts webhooks to one address over a fixed number of kept connections. */
export interface Sender {
  /** Each connection sends the next as soon as it is answered. Answers how many were acknowledged a second. */
  closedLoop(webhooks: readonly SignedWebhook[]): Promise<number>;
  /** Sends at random moments, so many a second on average, whether earlier ones are answered or not. Answers the ms of each from the moment it was to be sent. */
  openLoop(webhooks: readonly SignedWebhook[], perSecond: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** @throws Error from its functions when anything but 200 is answered */
export const createSender = (address: string): Sender => {
  const { origin, pathname } = new URL(address);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const post = async ({ body, headers }: SignedWebhook): Promise<void> => {
    const answer = await pool.request({ method: 'POST', path: pathname, body, headers: { ...headers } });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`A webhook was answered ${String(answer.statusCode)}: this round is void`);
  };
  return {
    closedLoop: async (webhooks) => {
      let next = 0;
      const from = performance.now();
      await Promise.all(Array.from({ length: connections }, async () => {
        for (let webhook = webhooks[next++]; webhook !== undefined; webhook = webhooks[next++]) await post(webhook);
      }));
      return webhooks.length / (performance.now() - from) * 1000;
    },
    openLoop: async (webhooks, perSecond) => {
      let at = performance.now();
      const latencies: number[] = [];
      const underWay: Promise<void>[] = [];
      for (const webhook of webhooks) {
        at += -Math.log(1 - Math.random()) * 1000 / perSecond;
        const scheduled = at;
        if (scheduled > performance.now()) await wait(scheduled - performance.now());
        underWay.push(post(webhook).then(() => { latencies.push(performance.now() - scheduled); return undefined; }));
      }
      await Promise.all(underWay);
      return latencies;
    },
    close: () => pool.close(),
  };
};
