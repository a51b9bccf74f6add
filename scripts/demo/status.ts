import { z } from 'zod';
import type { Stage } from './stage.js';

const statusShape = z.object({
  transactionId: z.string(),
  status: z.enum(['queued', 'succeeded', 'failed', 'blocked', 'unknown', 'cancelled']),
  recovered: z.boolean(),
  strategyUsed: z.string(),
  attemptCount: z.number(),
  lastDeclineCode: z.string().nullable(),
  recommendedAction: z.string().nullable(),
  recommendedActionReason: z.string().nullable(),
  nextAttemptAt: z.coerce.date().nullable(),
  recoveredBy: z.string().nullable(),
  settlement: z.object({ state: z.string(), route: z.string(), updatedAt: z.coerce.date() }),
});
/** What the hub tells its merchant of a case. */
export type Status = z.output<typeof statusShape>;

/** `GET /api/recovery/status/{transactionId}` with the merchant's key; undefined while the hub does not answer. */
export const readStatus = async (stage: Pick<Stage, 'hubUrl' | 'client'>, transactionId: string): Promise<Status | undefined> => {
  const response = await fetch(`${stage.hubUrl}/api/recovery/status/${transactionId}`, {
    headers: { 'x-api-key': stage.client.apiKey }, signal: AbortSignal.timeout(5000),
  }).catch(() => undefined);
  if (response === undefined || response.status >= 500) return undefined;
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`status of ${transactionId}: ${response.status} ${JSON.stringify(body)}`);
  return statusShape.parse(body);
};

const paymentShape = z.object({ payment: z.object({ id: z.string().startsWith('pay_') }) });

/** The transaction of an invoice, by `GET /api/recovery/status?invoiceId=`; undefined while there is none, or the hub does not answer. */
export const findTransaction = async (stage: Pick<Stage, 'hubUrl' | 'client'>, invoice: string): Promise<string | undefined> => {
  const response = await fetch(`${stage.hubUrl}/api/recovery/status?invoiceId=${encodeURIComponent(invoice)}`, {
    headers: { 'x-api-key': stage.client.apiKey }, signal: AbortSignal.timeout(5000),
  }).catch(() => undefined);
  if (response === undefined || response.status >= 500 || response.status === 404) return undefined;
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`status of invoice ${invoice}: ${response.status} ${JSON.stringify(body)}`);
  return paymentShape.parse(body).payment.id.slice('pay_'.length);
};
