import { ApiFault } from '../api/index.js';
import type { Receipt, WebhookIntake } from '../webhook-intake/index.js';
import type { Call, Reply, Route } from './route.js';

/** Largest webhook: 1 MB. */
export const webhookLimit = 1024 * 1024;

const path = '/api/connectors/:slug/webhook/:key{/*topic}';

const replyTo = (receipt: Receipt): Reply => {
  switch (receipt.outcome) {
    case 'accepted':
    case 'duplicate':
      return { status: 200, body: { success: true, received: true, eventId: receipt.eventId, action: receipt.outcome }, ids: { deliveryId: receipt.eventId, connectionId: receipt.connectionId } };
    case 'handshake':
      return { status: 200, body: receipt.body, contentType: receipt.contentType };
    case 'unproven':
      return {
        status: 401,
        body: { error: 'Unauthorized', message: receipt.message },
        headers: receipt.challenge === undefined ? {} : { 'WWW-Authenticate': receipt.challenge },
        ids: { connectionId: receipt.connectionId },
      };
    case 'unknown':
      throw new ApiFault({ kind: 'not_found', message: 'There is no connection at this webhook address. Copy the address the hub shows for the connection.' });
    case 'not_a_handshake':
      throw new ApiFault({ kind: 'invalid_request', message: 'Send webhooks with POST.' });
    case 'unavailable':
      throw new ApiFault({ kind: 'unavailable', message: receipt.message });
  }
};

/** The platforms' webhooks: POST a delivery, GET a handshake. */
export const intakeRoutes = (intake: WebhookIntake): readonly Route[] => {
  const handle = async (call: Call): Promise<Reply> => {
    const { slug = '', key = '', topic } = call.params;
    const body = call.method === 'POST' ? await call.raw(webhookLimit) : new Uint8Array();
    return replyTo(await intake.receive({ slug, key, method: call.method, query: call.query, headers: call.headers, body, ...(topic ? { topic } : {}) }));
  };
  return [
    { method: 'POST', path, surface: 'flat', logged: 'brief', handle },
    { method: 'GET', path, surface: 'flat', logged: 'always', handle },
  ];
};
