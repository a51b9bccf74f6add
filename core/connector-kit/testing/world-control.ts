import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

/** What a test can read of a fake's world and do to it, from another process too. */
export interface WorldControl {
  /** `GET /_fake/<name>` */
  readonly readings: Readonly<Record<string, () => unknown>>;
  /** `POST /_fake/<name>` with the command's order as JSON. A command reads its order and throws what is wrong with it. */
  readonly commands: Readonly<Record<string, (order: unknown) => unknown>>;
}

/** Where the control stands on a fake's server. */
export const CONTROL_PATH = '/_fake/';

/** The commands of a world, each behind its schema. */
export const commandsOf = <Schemas extends Readonly<Record<string, z.ZodType>>>(
  schemas: Schemas,
  world: Readonly<Record<keyof Schemas, (order: never) => unknown>>,
): WorldControl['commands'] =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => {
    const command = world[name as keyof Schemas] as (order: unknown) => unknown;
    return [name, (order: unknown) => command(schema.parse(order))];
  }));

/** @throws Error that says how to come by an id. */
export const named = <Thing>(things: ReadonlyMap<string, Thing>, kind: string, id: string): Thing => {
  const found = things.get(id);
  if (found === undefined) throw new Error(`${kind}: found '${id}', expected the id of a ${kind} in this fake; bill() answers the ids`);
  return found;
};

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { done: true }, null, 2));
};

const messageOf = (error: unknown): string => {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : 'unknown';
};

/** Serves one request below {@link CONTROL_PATH}. */
export const serveControl = async ({ readings, commands }: WorldControl, request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
  const name = new URL(request.url ?? '/', 'http://fake').pathname.slice(CONTROL_PATH.length);
  const reading = request.method === 'GET' && Object.hasOwn(readings, name) ? readings[name] : undefined;
  const command = request.method === 'POST' && Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (reading !== undefined) reply(response, 200, reading());
    else if (command !== undefined) reply(response, 200, await command(body === '' ? {} : JSON.parse(body)));
    else {
      reply(response, 404, {
        error: `${request.method} ${CONTROL_PATH}${name}: expected GET ${Object.keys(readings).join(', ')} or POST ${Object.keys(commands).join(', ')}`,
      });
    }
  } catch (error) {
    reply(response, 400, { error: `${name}: ${messageOf(error)}` });
  }
};
