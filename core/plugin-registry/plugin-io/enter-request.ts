import type { ClientRequest } from 'node:http';
import { forbidden, tooLate } from './io-errors.js';
import type { PluginCall, RequestRecord } from './plugin-call.js';
import { fingerprintsOf, idempotencyKeyOf, onlyReads, type RequestRules } from './request-rules.js';

/** A request noted in its call. */
export interface Entered {
  readonly record: RequestRecord;
  /** For a request of which nothing left: asking for it again is no repeat. */
  readonly forget: () => void;
}

/** Notes the request in its call; refuses what the mode of the connection or an earlier identical request forbids. */
export const enterRequest = (
  request: ClientRequest,
  host: string,
  body: readonly Uint8Array[],
  rules: RequestRules,
  call: PluginCall,
): Entered => {
  const { method, path } = request;
  const key = idempotencyKeyOf(request.getHeaders());
  const mutating = !call.minting && !onlyReads(rules, method, path);
  if (call.observe && mutating) {
    throw forbidden(
      `${call.name}: ${method} is held back, because the connection only observes; a POST that changes nothing belongs into readRequests.`,
    );
  }
  const fingerprints = mutating && call.kind === 'write' ? fingerprintsOf(method, host, path, key, body) : [];
  if (fingerprints.some((fingerprint) => call.seen.has(fingerprint))) {
    throw tooLate(
      `${call.name}: the same ${method} was asked for twice in one call; the repeat is refused, the first may have been applied.`,
      'unknown',
    );
  }
  const record: RequestRecord = { mutating, key, written: false, answered: false };
  for (const fingerprint of fingerprints) call.seen.add(fingerprint);
  call.requests.push(record);
  return {
    record,
    forget: () => {
      for (const fingerprint of fingerprints) call.seen.delete(fingerprint);
    },
  };
};
