import { z } from 'zod';
import { createFakeClock, createKeyMemory, type FakeServer, startFakeServer, type WireStyle, type WorldControl } from '../../../../core/connector-kit/testing/index.js';
import { createAccount, methodResult } from './account.js';
import { faultKinds, readFault } from './faults.js';
import { createLedger } from './ledger.js';
import { serveApi } from './serve-api.js';
import { fakeSettings, type FakeSettings } from './settings.js';

/** How a fake is started. */
export interface GatewayFakeOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  /** How many hub seconds pass in one wall second. */
  readonly scale?: number;
  /** The wall instant at which both clocks agree. */
  readonly origin?: Date;
  readonly apiKey: string;
  readonly settings?: Partial<FakeSettings>;
}

const methodOrder = z.strictObject({ method: z.string().min(1), results: z.array(methodResult).min(1) });

const wire: WireStyle = { keyHeader: 'idempotency-key', headersOf: () => ({ 'content-type': 'application/json' }) };

/**
 * Starts a gateway on 127.0.0.1 that charges whatever it is sent: its API under `/v1`; under `/_fake` its ledger (GET `ledger`) and the commands `inject`,
 * `clearFaults`, `method` and `settings` (POST, JSON).
 */
export const startGatewayFake = async (options: GatewayFakeOptions): Promise<FakeServer> => {
  const clock = createFakeClock(options);
  let settings = fakeSettings.parse(options.settings ?? {});
  const ledger = createLedger(clock);
  const faults = faultKinds.createList();
  const account = createAccount({ clock, ledger, settings: () => settings });
  const api = { apiKey: options.apiKey, account, ledger, faults, keys: createKeyMemory(clock), settings: () => settings };

  const control: WorldControl = {
    readings: { ledger: () => ledger.report(), faults: () => faults.struck() },
    commands: {
      inject: (order) => ({ faultId: faults.inject(readFault(order)) }),
      clearFaults: () => faults.clear(),
      method: (order) => {
        const { method, results } = methodOrder.parse(order);
        account.method(method, results);
      },
      settings: (order) => {
        settings = fakeSettings.parse({ ...settings, ...z.record(z.string(), z.unknown()).parse(order) });
      },
    },
  };

  let requests = 0;
  const mintRequestId = (): string => {
    requests += 1;
    return `request-${String(requests)}`;
  };
  return startFakeServer({ port: options.port, wire, control, mintRequestId, serve: (exchange) => serveApi(api, exchange) });
};
