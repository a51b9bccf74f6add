export type RaceCall = 'record_payment' | 'collect_payment' | 'pause_dunning' | 'stop_dunning';

/** Something happening between two requests of ours: after a read of the invoice was answered, or just before a write is served. */
export interface Races {
  afterRead(race: { readonly invoice: string; readonly nth: number; readonly on: 'invoice' | 'payments' }, act: () => void): void;
  before(invoice: string, call: RaceCall, act: () => void): void;
  noteAnswered(method: string, path: string): void;
  noteReceived(method: string, path: string): void;
}

interface AfterRead {
  readonly path: string;
  readonly act: () => void;
  left: number;
}

export const createRaces = (): Races => {
  let afterReads: AfterRead[] = [];
  const befores = new Map<string, () => void>();
  return {
    afterRead: ({ invoice, nth, on }, act) =>
      void afterReads.push({ path: `/invoices/${invoice}${on === 'invoice' ? '' : '/payments'}`, act, left: nth }),
    before: (invoice, call, act) => void befores.set(`/invoices/${invoice}/${call}`, act),
    noteAnswered: (method, path) => {
      if (method !== 'GET') return;
      const read = afterReads.filter((race) => race.path === path);
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
