import { createHash } from 'node:crypto';
import { z } from 'zod';
import { startWebhookReceiver, type Answer } from '../support/webhook-receiver.js';
import type { ReceivedNotification } from '../proof/laws/index.js';

/** What is wrong with the merchant's endpoint now; undefined: nothing. */
export type ReceiverFault = 'down' | 'refusing' | 'silent' | 'loses its answer' | undefined;

/** The merchant's endpoint with a log of what it got and answered. */
export interface ReceiverLog {
  readonly url: string;
  readonly port: number;
  readonly received: readonly ReceivedNotification[];
  fault: ReceiverFault;
  close(): Promise<void>;
}

const event = z.looseObject({ event: z.string(), revtainTransactionId: z.string() });

const answerOf = (fault: ReceiverFault): { readonly answer: Answer; readonly told: number | null } => {
  switch (fault) {
    case undefined: return { answer: { status: 204 }, told: 204 };
    case 'down':
    case 'loses its answer': return { answer: 'reset', told: null };
    case 'refusing': return { answer: { status: 503 }, told: 503 };
    case 'silent': return { answer: 'hang', told: null };
  }
};

export const startReceiverLog = async (): Promise<ReceiverLog> => {
  const received: ReceivedNotification[] = [];
  const receiver = await startWebhookReceiver(({ headers, body }) => {
    const { answer, told } = answerOf(log.fault);
    // one that is down reads nothing; one that loses its answer has taken it all the same
    if (log.fault !== 'down') {
      const read = event.parse(JSON.parse(body.toString()));
      received.push({
        id: String(headers['webhook-id']), digest: createHash('sha256').update(body).digest('hex'), event: read.event, caseId: read.revtainTransactionId, at: new Date(),
        answered: log.fault === 'loses its answer' ? null : told,
      });
    }
    return answer;
  });
  const log: ReceiverLog = { url: receiver.url, port: Number(new URL(receiver.url).port), received, fault: undefined, close: () => receiver.close() };
  return log;
};
