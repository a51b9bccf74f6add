import { z } from 'zod';
import type { Fault } from './fake/faults.js';
import type { LedgerReport } from './fake/ledger.js';
import type { FakeSettings } from './fake/settings.js';

/** The door of a running fake, in this process or another. */
export interface FakeControl {
  ledger(): Promise<LedgerReport>;
  /** @returns the fault's id */
  inject(fault: Fault): Promise<string>;
  /** How often each fault that is not cleared yet has struck. */
  faultsStruck(): Promise<readonly { readonly faultId: string; readonly times: number }[]>;
  clearFaults(): Promise<void>;
  /** What charging a method gives, charge by charge; the last result stays. A method nobody names always succeeds. */
  method(method: string, results: readonly (string | { readonly approve: number })[]): Promise<void>;
  settings(change: Partial<FakeSettings>): Promise<void>;
}

/** @param url - Where the fake listens. */
export const controlOf = (url: string): FakeControl => {
  const ask = async (method: 'GET' | 'POST', name: string, order?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/_fake/${name}`, { method, ...(order === undefined ? {} : { body: JSON.stringify(order) }) });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(`The fake refused ${name}: ${z.object({ error: z.string() }).parse(body).error}`);
    return body;
  };
  const tell = async (name: string, order: object): Promise<void> => void (await ask('POST', name, order));
  return {
    ledger: async () => (await ask('GET', 'ledger')) as LedgerReport,
    inject: async (fault) => z.object({ faultId: z.string() }).parse(await ask('POST', 'inject', fault)).faultId,
    faultsStruck: async () => z.array(z.object({ faultId: z.string(), times: z.number() })).parse(await ask('GET', 'faults')),
    clearFaults: () => tell('clearFaults', {}),
    method: (method, results) => tell('method', { method, results }),
    settings: (change) => tell('settings', change),
  };
};
