import { randomUUID } from 'node:crypto';
import { newDirectCase, type Attempt, type CaseDocument } from '../cases/index.js';
import type { RawDecline } from '../connector-kit/index.js';
import type { issuingAccount } from '../gateways/index.js';
import type { TokenInHand } from './case-steps/effects.js';
import type { RecoveryPorts } from './ports.js';
import type { ExecuteRequest } from './recovery.js';
import { classifyCase } from './tools.js';

type Found = Extract<Awaited<ReturnType<typeof issuingAccount>>, { status: 'found' }>;

/** A direct case about to be opened, before its ids are claimed. */
export interface Opening {
  readonly request: ExecuteRequest;
  readonly issuing: Found;
  readonly token: TokenInHand;
  readonly decline: RawDecline | null;
  readonly openKeys: readonly string[] | undefined;
}

/** The lease of a case that its opener holds, and the moment before which its first charge must leave. Wall time. */
export const leaseFrom = (ports: RecoveryPorts) => {
  const leaseUntil = new Date(ports.clock.wallNow().getTime() + ports.leaseMs);
  return { holder: randomUUID(), leaseUntil, nextAt: ports.clock.hubAt(leaseUntil), sendBefore: new Date(leaseUntil.getTime() - ports.leaseMs / 2) };
};

/** The document of a direct case, held by this call. */
export const directCase = (caseId: string, opening: Opening, lease: ReturnType<typeof leaseFrom>, ports: RecoveryPorts, attempt: Attempt | undefined): CaseDocument => {
  const { request, token, issuing } = opening;
  const document = newDirectCase({
    caseId, clientId: request.clientId, accountId: issuing.account.gatewayAccountId, amount: request.amount, decline: opening.decline, method: token.sealed,
    tried: token.tried, simulated: request.simulateOutcome !== undefined, hold: lease, now: ports.clock.hubNow(),
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    ...(request.invoiceId === undefined ? {} : { invoiceId: request.invoiceId }),
    ...(opening.openKeys === undefined || request.simulateOutcome !== undefined ? {} : { openKeys: opening.openKeys }),
    ...(request.customerEmail === undefined ? {} : { emailHash: ports.vault.digest(`email/${request.customerEmail.toLowerCase()}`) }),
    ...(attempt ? { attempt } : {}),
  });
  return opening.decline ? { ...document, lastReason: classifyCase(opening.decline, ports).reason } : document;
};
