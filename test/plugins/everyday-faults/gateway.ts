import { z } from 'zod';
import { CONTRACT_VERSION, defineGateway, secret, type ChargeOutcome, type ChargeRequest, type PluginIo, type Secret } from '../../../core/connector-kit/index.js';

/** The host of the gateway; tests route it to a server of theirs. */
export const everydayHost = 'api.everyday.example';

/** What a merchant enters for it. */
export interface EverydayConfig { readonly apiKey: Secret }

const found = z.object({ status: z.enum(['approved', 'absent']) });

const approved = (request: ChargeRequest): ChargeOutcome => ({ status: 'approved', gatewayRefs: [`ch_${request.once.key}`], amount: request.amount, provisional: false });

/** What ends the whole process in the middle of a call, at once and without a word. */
const unlessLethal = ({ token }: ChargeRequest) => {
  if (token.methodRef.startsWith('um_lethal')) process.exit(7);
};

/** A gateway whose charge is one POST; charging `um_lethal` ends the process, and so does asking about it. */
export const gateway = defineGateway<EverydayConfig, PluginIo>({
  id: 'everyday',
  displayName: 'Everyday',
  contract: CONTRACT_VERSION,
  configSchema: z.strictObject({ apiKey: secret() }),
  mode: () => 'test',
  hosts: () => [everydayHost],
  limits: () => ({ perMinute: 60_000, concurrent: 50 }),
  readToken: (text) => (/^um_\w+$/.test(text) ? { recognised: true, token: { gatewayType: 'everyday', gatewayAccountRef: 'everyday', methodRef: text } } : { recognised: false }),
  accepts: (token) => token.gatewayType === 'everyday',
  open: (_, io) => io,
  protection: () => ({ kind: 'key', absentIsFinalAfterMs: 0, keptForMs: 86_400_000 }),
  charge: async (request, { session, signal }) => {
    unlessLethal(request);
    const answer = await session.fetch(`https://${everydayHost}/charges/${request.once.key}`, { method: 'POST', signal });
    return found.parse(await answer.json()).status === 'approved' ? approved(request) : { status: 'unknown', cause: 'The gateway said nothing.', gatewayRefs: [] };
  },
  find: async (request, { session, signal }) => {
    unlessLethal(request);
    const answer = await session.fetch(`https://${everydayHost}/charges/${request.once.key}`, { signal });
    return found.parse(await answer.json()).status === 'approved' ? approved(request) : { status: 'absent' };
  },
  refund: async () => ({ status: 'refunded', refundRef: 're_1' }),
  checkHealth: async () => ({ findings: [] }),
});
