import type { CaseView } from '../../core/cases/index.js';
import type { Client } from '../../core/clients/index.js';
import type { CancelResult, CaseSelector, ExecuteRequest, ExecuteResult, Recovery } from '../../core/recovery/index.js';
import type { MerchantApiOptions } from '../../core/api/index.js';

/** A case as recovery shows it: queued, with nothing done yet. */
export const sampleView = (over: Partial<CaseView> = {}): CaseView => ({
  transactionId: '01KTRANSACTION0000000000AA',
  clientId: 'client-test',
  status: 'queued',
  amount: 5000,
  currency: 'USD',
  createdAt: new Date('2026-11-20T10:00:00Z'),
  recoveredAt: null,
  strategyUsed: 'smart_time',
  attemptCount: 0,
  gatewaysAttempted: 0,
  lastDeclineCode: null,
  recommendedAction: null,
  recommendedActionReason: null,
  nextAttemptAt: new Date('2026-11-27T15:00:00Z'),
  idempotencyKey: null,
  invoiceId: null,
  customerId: null,
  subscriptionId: null,
  platform: null,
  isSimulated: false,
  recoveredBy: null,
  settlement: { state: 'not_needed', route: 'gateway', updatedAt: new Date('2026-11-20T10:00:00Z') },
  message: null,
  action: null,
  pending: 'no',
  plan: null,
  mode: 'active',
  history: [],
  ...over,
});

/** Recovery that answers what a test tells it and keeps what it was asked. */
export interface FakeRecovery extends Recovery {
  readonly executed: ExecuteRequest[];
  readonly cancelled: unknown[];
  readonly asked: { readonly clientId: string; readonly selector: CaseSelector }[];
  readonly released: string[];
  answers: { execute: () => ExecuteResult; cancel: () => CancelResult; find: () => CaseView | undefined };
}

export const createFakeRecovery = (): FakeRecovery => {
  const fake: FakeRecovery = {
    executed: [], cancelled: [], asked: [], released: [],
    answers: { execute: () => ({ status: 'opened', view: sampleView() }), cancel: () => ({ status: 'not_found' }), find: () => undefined },
    execute: async (request) => { fake.executed.push(request); return fake.answers.execute(); },
    cancel: async (clientId, selector) => { fake.cancelled.push({ clientId, selector }); return fake.answers.cancel(); },
    find: async (clientId, selector) => { fake.asked.push({ clientId, selector }); return fake.answers.find(); },
    responded: async (transactionId) => { fake.released.push(transactionId); },
  };
  return fake;
};

const client = (clientId: string, over: Partial<Client>): Client => ({ clientId, mode: 'test', status: 'active', ...over }) as Client;

/** Keys of {@link fakeClients}. */
export const keys = { test: 'rev_testtesttesttesttesttest', live: 'rev_livelivelivelivelivelive', publishable: 'rev_pk_publicpublicpublic', suspended: 'rev_suspendedsuspendedsusp' } as const;

/** Clients known by {@link keys}. The test client has a gateway account `acme` and one of the built-in kind, which reads digits as tokens. */
export const fakeClients = (accounts: readonly string[] = ['acme', 'builtin']): Pick<MerchantApiOptions, 'clients' | 'registry'> => ({
  clients: {
    authenticate: async (key) => {
      switch (key) {
        case keys.test: return { client: client('client-test', {}), keyId: 'k1', kind: 'secret' };
        case keys.live: return { client: client('client-live', { mode: 'live' }), keyId: 'k2', kind: 'secret' };
        case keys.publishable: return { client: client('client-test', {}), keyId: 'k3', kind: 'publishable' };
        case keys.suspended: return { client: client('client-susp', { status: 'suspended' }), keyId: 'k4', kind: 'secret' };
        default: return undefined;
      }
    },
    gatewayAccounts: async (clientId) => accounts.map((type) => ({
      gatewayAccountId: `account-${type}`, clientId, type, mode: clientId === 'client-live' ? 'live' as const : 'test' as const, revision: 1, createdAt: new Date(0), retiredAt: null,
    })),
    openGatewayAccount: async (gatewayAccountId) => ({
      account: { connectionId: gatewayAccountId, clientId: 'client-test', mode: 'test', config: {} },
      record: { gatewayAccountId, clientId: 'client-test', type: gatewayAccountId.replace('account-', ''), mode: 'test', revision: 1, createdAt: new Date(0), retiredAt: null },
    }),
  },
  registry: {
    useGateway: (type) => ({
      readToken: (text: string) => (type === 'builtin' ? { recognised: true, token: { gatewayType: type, gatewayAccountRef: 'a', methodRef: text } } : { recognised: false }),
    }) as ReturnType<MerchantApiOptions['registry']['useGateway']>,
  },
});
