import { createHash, createHmac } from 'node:crypto';
import type { Hubs } from './hubs.js';
import type { Trace } from './trace.js';

const mostTries = 8;
const againMs = 2000;

/** Posts a body that is signed as it should be and says nothing, until it is answered. Answers the name it is kept under, if it was taken. */
export const sendUnreadable = async (parts: { readonly hubs: Hubs; readonly trace: Trace; readonly path: string; readonly secret: string }, n: number): Promise<string | undefined> => {
  const body = `no event at all, number ${String(n)}`;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const seconds = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', parts.secret).update(`${seconds}.${body}`).digest('hex');
    try {
      const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${signature}`, 'connection': 'close' };
      const answer = await fetch(`${parts.hubs.front()}${parts.path}`, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      parts.trace.note(`the unreadable body is answered: ${String(answer.status)}`);
      if (answer.status === 200) return `sha256:${createHash('sha256').update(body).digest('hex')}`;
      if (answer.status < 500) return undefined;
    } catch { parts.trace.note('the unreadable body is answered: cut'); }
    await new Promise((resolve) => { setTimeout(resolve, againMs); });
  }
  return undefined;
};
