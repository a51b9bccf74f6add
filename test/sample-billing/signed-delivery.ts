import { createHmac } from 'node:crypto';
import type { SampleBody } from './connector.js';

/** The secret the sample platform signs with unless told otherwise. */
export const sampleSecret = 'sample-webhook-secret-1';

/** A request as the sample platform sends it. */
export interface SignedDelivery { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }

/** Signs a body over its raw bytes, now unless told otherwise. */
export const signedDelivery = (
  content: SampleBody | string | Buffer, options: { readonly secret?: string; readonly at?: Date; readonly topic?: string; readonly change?: string } = {},
): SignedDelivery => {
  const body = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const seconds = Math.floor((options.at ?? new Date()).getTime() / 1000);
  const proof = createHmac('sha256', options.secret ?? sampleSecret).update(`${seconds}.${options.topic ?? ''}.`).update(body).digest('hex');
  return { body, headers: { 'content-type': 'application/json', 'x-sample-signature': `t=${seconds},v1=${proof}`, ...(options.change === undefined ? {} : { 'x-sample-change': options.change }) } };
};
