import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { FakePlatform } from './platform.js';
import { commands, type World } from './world.js';

interface ControlRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { done: true }, null, 2));
};

const readings = (world: World, platform: FakePlatform): Readonly<Record<string, () => unknown>> => ({
  ledger: () => world.ledger(),
  deliveries: () => world.deliveries(),
  requests: () => world.requests(),
  faults: () => world.faultsStruck(),
  events: () => world.events(),
  switches: () => platform.switches,
  clock: () => ({ hubNow: platform.clock.hubNow(), scale: platform.clock.scale, origin: platform.clock.origin }),
});

const isCommand = (name: string): name is keyof typeof commands => Object.hasOwn(commands, name);

const run = (world: World, name: keyof typeof commands, body: string): unknown => {
  const input: unknown = body === '' ? {} : JSON.parse(body);
  const order: unknown = commands[name].parse(input);
  const command = world[name] as (order: unknown) => unknown;
  return command(order);
};

const messageOf = (error: unknown): string => {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : 'unknown';
};

/** `GET /_fake/<reading>` and `POST /_fake/<command>` with the command's object as JSON. */
export const serveControl = async (world: World, platform: FakePlatform, { request, response, body }: ControlRequest): Promise<void> => {
  const name = new URL(request.url ?? '/', 'http://fake').pathname.slice('/_fake/'.length);
  const read = readings(world, platform);
  try {
    if (request.method === 'GET' && Object.hasOwn(read, name)) reply(response, 200, read[name]?.());
    else if (request.method === 'POST' && isCommand(name)) reply(response, 200, await run(world, name, body));
    else {
      reply(response, 404, {
        error: `${request.method} /_fake/${name}: expected GET ${Object.keys(read).join(', ')} or POST ${Object.keys(commands).join(', ')}`,
      });
    }
  } catch (error) {
    reply(response, 400, { error: `${name}: ${messageOf(error)}` });
  }
};
