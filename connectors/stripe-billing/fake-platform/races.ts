/** Stripe acting between two requests of ours: after it answered a read, or just before it serves a pay or an attaching. */
export interface Races {
  afterRead(race: { readonly invoice: string; readonly nth: number; readonly on: 'invoice' | 'invoice_payments' }, act: () => void): void;
  before(invoice: string, call: 'pay' | 'attach_payment', act: () => void): void;
  noteAnswered(method: string, path: string, query: URLSearchParams): void;
  noteReceived(method: string, path: string): void;
}

interface AfterRead {
  readonly path: string;
  readonly invoiceParameter: string | null;
  readonly act: () => void;
  left: number;
}

export const createRaces = (): Races => {
  let afterReads: AfterRead[] = [];
  const befores = new Map<string, () => void>();
  return {
    afterRead: ({ invoice, nth, on }, act) =>
      void afterReads.push({
        path: on === 'invoice' ? `/v1/invoices/${invoice}` : '/v1/invoice_payments',
        invoiceParameter: on === 'invoice' ? null : invoice,
        act,
        left: nth,
      }),
    before: (invoice, call, act) => void befores.set(`/v1/invoices/${invoice}/${call}`, act),
    noteAnswered: (method, path, query) => {
      if (method !== 'GET') return;
      const isRead = (race: AfterRead) => race.path === path && (race.invoiceParameter === null || query.get('invoice') === race.invoiceParameter);
      const read = afterReads.filter(isRead);
      for (const race of read) race.left -= 1;
      const due = read.filter((race) => race.left === 0);
      afterReads = afterReads.filter((race) => race.left > 0);
      for (const race of due) race.act();
    },
    noteReceived: (method, path) => {
      const act = method === 'POST' ? befores.get(path) : undefined;
      if (act === undefined) return;
      befores.delete(path);
      act();
    },
  };
};
