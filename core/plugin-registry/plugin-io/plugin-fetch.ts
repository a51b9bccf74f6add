import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as sendRequest, type Agent } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { PlatformError } from '../../connector-kit/index.js';
import { broken, forbidden } from './io-errors.js';
import { currentCall, reachedBy } from './plugin-call.js';

const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** An answer with its whole body. */
interface WholeAnswer {
  readonly head: IncomingMessage;
  readonly body: Uint8Array;
}

const wholeBody = async (answer: IncomingMessage): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of answer) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
};

/** Sends the request. What ends it on our side is told by the request, what breaks it on theirs by the answer: the first that speaks counts. */
const exchange = (outgoing: ClientRequest, body: Uint8Array | undefined): Promise<WholeAnswer> =>
  new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.once('response', (head) => {
      wholeBody(head).then((whole) => resolve({ head, body: whole }), reject);
    });
    outgoing.end(body);
  });

const unpacked = async ({ head, body }: WholeAnswer, maxBytes: number): Promise<Uint8Array> => {
  const decode = decoders.get(head.headers['content-encoding'] ?? '');
  if (decode === undefined || body.length === 0) return body;
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const message = `${currentCall()?.name ?? 'fetch'}: the answer cannot be unpacked, or to no more than ${String(maxBytes)} bytes.`;
    throw new PlatformError(message, { code: 'unexpected_answer', reached: 'yes', cause: error });
  }
};

const headersOf = (answer: IncomingMessage): Headers => {
  const headers = new Headers();
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at] ?? '';
    // The body is handed over decoded.
    if (!/^(content-encoding|content-length|transfer-encoding)$/i.test(name)) headers.append(name, answer.rawHeaders[at + 1] ?? '');
  }
  return headers;
};

const asPlatformError = (error: unknown): PlatformError => {
  if (error instanceof PlatformError) return error;
  const call = currentCall();
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'no code';
  return broken(
    `${call?.name ?? 'fetch'}: the connection broke before the answer was complete (${code}).`,
    call === undefined ? 'unknown' : reachedBy(call),
    error,
  );
};

/**
 * `fetch` over the account's agent, so that both doors of `io` obey one set of rules. Unlike the global one it follows no redirects (a 3xx is returned as it
 * is), reads the whole answer before it returns, and rejects with a PlatformError.
 */
export const createPluginFetch =
  (agent: Agent, maxAnswerBytes: number): typeof fetch =>
  async (input, init) => {
    const wanted = new Request(input, init);
    const url = new URL(wanted.url);
    if (url.protocol !== 'https:')
      throw forbidden(
        `fetch was asked for ${url.protocol}//${url.host}; plugins speak https only (stand-ins are reached by HUB_PLATFORM_ROUTES).`,
      );
    const body = wanted.body === null ? undefined : new Uint8Array(await wanted.arrayBuffer());
    const headers: Record<string, string> = { 'accept-encoding': 'identity', ...Object.fromEntries(wanted.headers) };
    if (body !== undefined) headers['content-length'] = String(body.byteLength);
    try {
      const outgoing = sendRequest({
        agent,
        host: url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        path: `${url.pathname}${url.search}`,
        method: wanted.method,
        headers,
        signal: wanted.signal,
      });
      const answer = await exchange(outgoing, body);
      const status = answer.head.statusCode ?? 0;
      const content = await unpacked(answer, maxAnswerBytes);
      const empty = status === 204 || status === 205 || status === 304;
      return new Response(empty ? null : content, { status, statusText: answer.head.statusMessage ?? '', headers: headersOf(answer.head) });
    } catch (error) {
      throw asPlatformError(error);
    }
  };
