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

const answerTo = (outgoing: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // Stays: an error that comes after the answer has begun is told by the answer's stream too.
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const wholeBody = async (answer: IncomingMessage): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of answer) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
};

const decoded = async (answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  const raw = await wholeBody(answer);
  const decode = decoders.get(answer.headers['content-encoding'] ?? '');
  return decode === undefined || raw.length === 0 ? raw : decode(raw, { maxOutputLength: maxBytes });
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
      const answer = await answerTo(outgoing, body);
      const status = answer.statusCode ?? 0;
      const content = await decoded(answer, maxAnswerBytes);
      const empty = status === 204 || status === 205 || status === 304;
      return new Response(empty ? null : content, { status, statusText: answer.statusMessage ?? '', headers: headersOf(answer) });
    } catch (error) {
      throw asPlatformError(error);
    }
  };
