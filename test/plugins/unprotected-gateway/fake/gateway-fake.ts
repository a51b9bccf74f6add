import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { createAccount, methodResult } from './account.js';
import { createExchange } from './exchange.js';
import { createFakeClock } from './fake-clock.js';
import { createFaultList, faultSchema } from './faults.js';
import { createKeyMemory } from './key-memory.js';
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

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Starts a gateway on 127.0.0.1 that charges whatever it is sent: its API under `/v1`; under `/_fake` its ledger (GET `ledger`) and the commands `inject`,
 * `clearFaults`, `method` and `settings` (POST, JSON).
 */
export const startGatewayFake = async (options: GatewayFakeOptions): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }> => {
  const clock = createFakeClock({
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  });
  let settings = fakeSettings.parse(options.settings ?? {});
  const ledger = createLedger(clock);
  const faults = createFaultList();
  const account = createAccount({ clock, ledger, settings: () => settings });
  let requests = 0;
  const mintRequestId = (): string => {
    requests += 1;
    return `request-${String(requests)}`;
  };
  const api = { apiKey: options.apiKey, account, ledger, faults, keys: createKeyMemory(clock), settings: () => settings, mintRequestId };

  const commands: Readonly<Record<string, (order: unknown) => unknown>> = {
    'GET ledger': () => ledger.report(),
    'POST inject': (order) => faults.inject(faultSchema.parse(order)),
    'POST clearFaults': () => faults.clear(),
    'POST method': (order) => {
      const { method, results } = methodOrder.parse(order);
      account.method(method, results);
    },
    'POST settings': (order) => {
      settings = fakeSettings.parse({ ...settings, ...z.record(z.string(), z.unknown()).parse(order) });
    },
  };

  const control = (response: ServerResponse, name: string, body: string): void => {
    const reply = (status: number, answer: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
    };
    const command = commands[name];
    if (command === undefined) {
      reply(404, { error: `${name}: expected one of ${Object.keys(commands).join(', ')}` });
      return;
    }
    try {
      reply(200, command(body === '' ? {} : JSON.parse(body)));
    } catch (error) {
      reply(400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const [, name] = /^\/_fake\/([^?]*)/.exec(request.url ?? '') ?? [];
    if (name === undefined) await serveApi(api, createExchange(ledger, request, response, body));
    else control(response, `${request.method ?? 'GET'} ${name}`, body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};
