import type { ClientRequest } from 'node:http';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import { PlatformError } from '../../connector-kit/index.js';
import { broken, deadlinePassed, forbidden, tooLate } from './io-errors.js';
import { enterRequest } from './enter-request.js';
import { gateSocket } from './gate-socket.js';
import { openSocket, type SocketTarget } from './open-socket.js';
import { currentCall, reachedBy, type PluginCall, type RequestRecord } from './plugin-call.js';
import type { RateBudget } from './rate-budget.js';
import { namesHost, type RequestRules } from './request-rules.js';
import { rejectedBy } from './rejected-by.js';
import { watchRequest } from './watch-request.js';

/** Everything the agent of one account needs. */
export interface AgentSettings {
  readonly rules: RequestRules;
  readonly budget: RateBudget;
  readonly routes: ReadonlyMap<string, URL>;
  readonly wallNow: () => Date;
  readonly maxAnswerBytes: number;
  readonly authorities?: readonly string[];
}

interface ConnectOptions {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
  readonly socketPath?: string | undefined;
}

/** Node's own, not in its types: hands the request its socket, or fails it in the next tick, when its listeners are there. */
interface SocketTaker {
  onSocket(socket: Socket | undefined, error?: Error): void;
}
const withSocket = (request: ClientRequest): SocketTaker => request;

/** The refusal of bytes in the tick that would write them; undefined: they may go. */
const tooLateToSend = (call: PluginCall, now: Date): PlatformError | undefined => {
  if (call.signal.aborted || now >= call.deadline) return deadlinePassed(call);
  const held = call.minting || reachedBy(call) !== 'no' ? undefined : call.heldBack?.();
  if (held !== undefined) return tooLate(`${call.name}: not sent. ${held}`, 'no');
  if (call.sendBefore === undefined || now < call.sendBefore) return undefined;
  return tooLate(
    `${call.name}: not sent, because it could have left only after sendBefore ${call.sendBefore.toISOString()}.`,
    reachedBy(call),
  );
};

/** Finds where the request may go, or says what forbids it. */
const targetOf = (options: ConnectOptions, settings: AgentSettings, call: PluginCall): SocketTarget => {
  const host = (options.host ?? '').toLowerCase();
  const port = Number(options.port ?? 443);
  if (options.socketPath !== undefined)
    throw forbidden(`${call.name}: a local socket was asked for; a plugin reaches only the hosts that its hosts() names.`);
  if (!namesHost(settings.rules.hosts, host, port)) {
    const named = settings.rules.hosts.join(', ') || 'none';
    throw forbidden(
      `${call.name}: host ${host}:${String(port)} is not named by hosts() (named: ${named}); add it there if the platform owns it.`,
    );
  }
  const route = settings.routes.get(port === 443 ? host : `${host}:${String(port)}`);
  if (route === undefined) return { host, port, tls: true };
  return { host: route.hostname.replace(/^\[|\]$/g, ''), port: Number(route.port || 80), tls: false };
};

/** Ends an exchange whose answer outgrows the cap, and notes that an answer came. */
const followAnswer = (request: ClientRequest, record: RequestRecord, call: PluginCall, maxAnswerBytes: number): void => {
  let bytes = 0;
  request.once('response', () => {
    record.answered = true;
  });
  request.once('socket', (socket: Socket) => {
    socket.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes <= maxAnswerBytes) return;
      const message = `${call.name}: the answer is larger than ${String(maxAnswerBytes)} bytes.`;
      request.destroy(new PlatformError(message, { code: 'unexpected_answer', reached: reachedBy(call) }));
    });
  });
};

const connect = async (target: SocketTarget, signal: AbortSignal, call: PluginCall, settings: AgentSettings): Promise<Socket> => {
  try {
    return await openSocket(target, signal, settings.authorities);
  } catch (error) {
    if (signal.aborted) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'no code';
    throw broken(`${call.name}: no connection to ${target.host}:${String(target.port)} (${code}).`, 'no', error);
  }
};

/** Waits for a slot and a token of the account, then connects. */
const inTurn = async (
  request: ClientRequest,
  target: SocketTarget,
  signal: AbortSignal,
  call: PluginCall,
  settings: AgentSettings,
): Promise<Socket> => {
  const release = await settings.budget.take(signal);
  request.once('close', release);
  try {
    return await connect(target, signal, call, settings);
  } catch (error) {
    release();
    throw error;
  }
};

const admit = async (request: ClientRequest, options: ConnectOptions, settings: AgentSettings, call: PluginCall): Promise<void> => {
  const target = targetOf(options, settings, call);
  const watched = watchRequest(request);
  const signal = AbortSignal.any([call.signal, watched.givenUp]);
  const end = (): void => {
    request.destroy(call.signal.reason as Error);
  };
  call.signal.addEventListener('abort', end, { once: true });
  request.once('close', () => {
    call.signal.removeEventListener('abort', end);
  });

  await Promise.race([watched.complete, rejectedBy(signal)]);
  const { record, forget } = enterRequest(request, `${target.host}:${String(target.port)}`, watched.body, settings.rules, call);
  const socket = await inTurn(request, target, signal, call, settings).catch((error: unknown) => {
    forget();
    throw error;
  });
  followAnswer(request, record, call, settings.maxAnswerBytes);
  gateSocket(socket, () => {
    const refusal = tooLateToSend(call, settings.wallNow());
    if (refusal === undefined) record.written = true;
    return refusal;
  });
  withSocket(request).onSocket(socket);
};

/**
 * The sockets of one account, as an agent that official SDKs take. It keeps none and queues none itself: a request waits for its turn in the account's
 * budget, gets a fresh connection, and passes the gate in the tick in which it is written.
 */
export class PluginAgent extends Agent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    super({ keepAlive: false });
    this.#settings = settings;
  }

  /** Called by Node for each request that names this agent. */
  addRequest(request: ClientRequest, options: ConnectOptions): void {
    const call = currentCall();
    const fail = (error: unknown): void => {
      withSocket(request).onSocket(undefined, error instanceof Error ? error : new Error('The request was given up.'));
    };
    if (call === undefined)
      fail(forbidden('A plugin sent a request outside of any call; requests are made only inside the methods of the contract.'));
    else if (call.signal.aborted) fail(forbidden(`${call.name}: a request was made after the call had ended.`));
    else if (call.kind === 'offline') fail(forbidden(`${call.name}: this method may not use the network.`));
    else admit(request, options, this.#settings, call).catch(fail);
  }
}
