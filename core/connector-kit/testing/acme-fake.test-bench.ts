import { z } from 'zod';
import {
  type ApiRules, commandsOf, createApi, createFakeParts, createIds, createMoneyLedger, createOrdinaryWorld, createRandom,
  createWebhookSender, defineFaults, type FakeOptions, type FakeServer, matchRoute, ordinaryOrders, ordinaryReadings, ownFault, parseForm, reportOf, routeOf,
  startFakeServer, type WebhookTarget,
} from './index.js';

/** A platform nobody has heard of, as small as it can be: an account of invoices that can be read, paid and counted. */
class AcmeRefusal extends Error {
  readonly status: number;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
  }
}

interface Switches {
  keepsRefusals: boolean;
}

export interface AcmeEvent {
  readonly eventId: string;
  readonly type: string;
}

export interface AcmeTarget extends WebhookTarget {
  readonly types: readonly string[];
}

interface Call {
  readonly id: string;
}

interface Move {
  readonly debtId: string;
  readonly card: string | null;
}

interface Taken {
  readonly amount: number;
}

export const faultKinds = defineFaults({ rubbish_200: { status: 200, body: 'rubbish', headers: { 'content-type': 'text/plain' } } });

const createPlatform = (options: FakeOptions<Switches>) => {
  const parts = createFakeParts(options, faultKinds, { keepsRefusals: true });
  const { clock } = parts;
  const mintId = createIds(createRandom(options.seed ?? 1), { mark: 'Ac', tail: 4 });
  const invoices = new Map([['inv_1', { amount: 100, paid: 0 }], ['inv_2', { amount: 100, paid: 0 }]]);
  return {
    ...parts, mintId, invoices,
    states: [] as string[],
    ledger: createMoneyLedger<Move, 'succeeded' | 'refused', Taken>({ clock, isPaid: (id) => invoices.get(id)?.paid === invoices.get(id)?.amount }),
  };
};

type Platform = ReturnType<typeof createPlatform>;

const invoiceOf = ({ invoices }: Platform, id: string) => {
  const invoice = invoices.get(id);
  if (invoice === undefined) throw new AcmeRefusal(404, 'not_found');
  return invoice;
};

const routes = [
  routeOf<Platform, Call, Move, object>({
    method: 'GET', path: '/invoices/:id', parameters: z.strictObject({ with: z.string().optional() }), run: (platform, _parameters, { id }) => invoiceOf(platform, id),
  }),
  routeOf<Platform, Call, Move, { amount: number; card?: string | undefined }>({
    method: 'POST', path: '/invoices/:id/pay', parameters: z.strictObject({ amount: z.coerce.number(), card: z.string().optional() }),
    moves: (_platform, { card }, id) => ({ debtId: id, card: card ?? null }),
    run: (platform, { amount }, { id }) => {
      const invoice = invoiceOf(platform, id);
      if (invoice.paid === invoice.amount) throw new AcmeRefusal(409, 'paid');
      invoice.paid += amount;
      platform.ledger.success(id, { amount });
      return { ...invoice };
    },
  }),
];

const rulesOf = (platform: Platform): ApiRules<Move, 'succeeded' | 'refused'> => ({
  admit: ({ method, path, headers, parameters }) => {
    if (headers.authorization !== 'Bearer key') throw new AcmeRefusal(401, 'wrong_key');
    const matched = matchRoute(routes, method, path);
    if (!matched.found) throw new AcmeRefusal(matched.why === 'no_address' ? 404 : 405, matched.why);
    const { route, id } = matched;
    const prepared = route.prepare((schema) => {
      const read = schema.safeParse(parseForm(parameters));
      if (!read.success) throw new AcmeRefusal(400, 'wrong_parameter');
      return read.data;
    });
    return {
      fingerprint: `${method} ${path} ${parameters}`,
      begin: () => ({ move: prepared.moves(platform, id), locks: method === 'POST' ? id : null }),
      run: () => ({ status: 200, body: prepared.run(platform, { id }) }),
    };
  },
  refused: (error) => {
    if (!(error instanceof AcmeRefusal)) return { answer: { status: 500, body: { code: ownFault(error) } }, kept: false };
    return { answer: { status: error.status, body: { code: error.message } }, kept: error.status === 409 && platform.switches.keepsRefusals };
  },
  locked: () => new AcmeRefusal(429, 'locked'),
  keys: {
    keptForMs: () => 3_600_000,
    inUse: () => new AcmeRefusal(409, 'key_in_use'),
    otherRequest: () => new AcmeRefusal(422, 'key_of_another'),
    replayed: ({ status, body, requestId }) => ({ status, body, headers: { 'acme-replayed': requestId } }),
    first: (answer, { requestId }) => ({ ...answer, headers: { 'acme-first': requestId } }),
  },
  outcome: ({ status, body }) => ({
    result: status === 200 ? 'succeeded' : 'refused',
    code: typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' ? body.code : null,
  }),
});

/** A webhook carries the number of its try, so that tests see which is which. */
const senderOf = (platform: Platform) => createWebhookSender<AcmeEvent, AcmeTarget>({
  named: (event) => event,
  wants: ({ types }, { type }) => types.length === 0 || types.includes(type),
  letters: ({ eventId, type }) => {
    let tries = 0;
    return () => {
      tries += 1;
      return { headers: { 'acme-try': String(tries) }, body: JSON.stringify({ eventId, type }) };
    };
  },
  retryInMs: (_target, attempt) => (attempt < 3 ? 10 : undefined),
  note: ({ eventId }, { endpointId }, state) => void platform.states.push(`${eventId} ${endpointId} ${state}`),
  answerWithinMs: 2_000,
});

const orders = { ...ordinaryOrders(faultKinds), bill: z.strictObject({ invoice: z.string(), amount: z.int() }) } as const;

/** The fake, and everything in it that tests look at. */
export const startAcmeFake = async (options: FakeOptions<Switches> = {}) => {
  const platform = createPlatform(options);
  const sender = senderOf(platform);
  const parts = Object.assign(platform, { sender });
  const report = () => reportOf([...platform.invoices.keys()].map((debtId) => ({ debtId, ...platform.ledger.of(debtId) })));
  const world = {
    ...createOrdinaryWorld(parts),
    bill: ({ invoice, amount }: z.input<typeof orders.bill>) => {
      platform.invoices.set(invoice, { amount, paid: 0 });
      return { invoice };
    },
  };
  const server: FakeServer = await startFakeServer({
    port: options.port,
    wire: { basePath: '/v1', keyHeader: 'acme-key', headersOf: ({ requestId }) => ({ 'content-type': 'application/json', 'acme-request': requestId }) },
    control: { readings: { ledger: report, ...ordinaryReadings(parts) }, commands: commandsOf(orders, world) },
    mintRequestId: () => platform.mintId('req'),
    serve: createApi(rulesOf(platform), faultKinds, platform),
  });
  return {
    ...server, platform, sender, world, report,
    close: async () => {
      sender.close();
      await server.close();
    },
  };
};

export type AcmeFake = Awaited<ReturnType<typeof startAcmeFake>>;
