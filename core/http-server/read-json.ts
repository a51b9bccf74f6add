import type { IncomingMessage } from 'node:http';
import { ApiFault } from '../api/index.js';
import { readBody } from './read-body.js';

/** Largest JSON body of the API: 100 KB. */
export const jsonLimit = 100 * 1024;

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Reads a JSON body.
 * @throws ApiFault 413, 415, or 400 when it is not JSON in UTF-8
 */
export const readJson = async (request: IncomingMessage): Promise<unknown> => {
  if (!jsonType.test((request.headers['content-type'] ?? '').trim())) {
    throw new ApiFault({ kind: 'unsupported_media_type', message: 'Send the body as JSON with Content-Type: application/json.' });
  }
  const bytes = await readBody(request, jsonLimit);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    // the parser's own message quotes the body
    throw new ApiFault({ kind: 'invalid_request', message: 'The body is not valid JSON.' });
  }
};
