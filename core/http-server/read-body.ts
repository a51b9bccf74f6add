import type { IncomingMessage } from 'node:http';
import { ApiFault } from '../api/index.js';

const tooLarge = (limit: number) => new ApiFault({ kind: 'too_large', message: `The body is larger than ${limit} bytes.` });
const broken = () => new ApiFault({ kind: 'invalid_request', message: 'The body was not received completely. Send it again.' });

/**
 * Reads a body of at most `limit` bytes. A proof is made over the bytes on the wire, so an encoded body is refused rather than decoded.
 * @throws ApiFault
 */
export const readBody = (request: IncomingMessage, limit: number): Promise<Buffer> => {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return Promise.reject(new ApiFault({ kind: 'unsupported_media_type', message: 'Content-Encoding is not supported. Send the body as it is.' }));
  }
  if (request.readableEnded || request.destroyed) return Promise.reject(broken());
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (answer: () => void) => {
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      answer();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else settle(() => { reject(tooLarge(limit)); });
    };
    const onEnd = () => { settle(() => { resolve(Buffer.concat(chunks)); }); };
    const onBroken = () => { settle(() => { reject(broken()); }); };
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
};
