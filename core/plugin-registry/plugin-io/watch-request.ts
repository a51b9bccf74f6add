import type { ClientRequest } from 'node:http';

/** What a request will send, followed from outside before it has a socket. */
export interface WatchedRequest {
  /** Settles when the body is complete. */
  readonly complete: Promise<void>;
  /** The body's pieces so far. */
  readonly body: readonly Uint8Array[];
  /** Aborted when the plugin itself gives the request up, which Node tells nobody while there is no socket. */
  readonly givenUp: AbortSignal;
}

const bytesOf = (chunk: unknown, encoding: unknown): Uint8Array | undefined => {
  if (typeof chunk === 'string') return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk : undefined;
};

/** Listens to `write`, `end` and `destroy` of this one request. */
export const watchRequest = (request: ClientRequest): WatchedRequest => {
  const body: Uint8Array[] = [];
  const keep = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding);
    if (bytes !== undefined) body.push(bytes);
  };
  const abandon = new AbortController();
  let completed: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    completed = resolve;
  });
  const originals = { write: request.write.bind(request), end: request.end.bind(request), destroy: request.destroy.bind(request) };
  const watched = {
    write: (...parts: Parameters<typeof originals.write>) => {
      keep(parts[0], parts[1]);
      return originals.write(...parts);
    },
    end: (...parts: Parameters<typeof originals.end>) => {
      keep(parts[0], parts[1]);
      const ended = originals.end(...parts);
      completed();
      return ended;
    },
    destroy: (error?: Error) => {
      abandon.abort(error ?? new Error('The request was given up by its sender.'));
      return originals.destroy(error);
    },
  };
  Object.assign(request, watched);
  return { complete, body, givenUp: abandon.signal };
};
