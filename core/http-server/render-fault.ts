import type { Fault, FaultKind, Surface } from '../api/index.js';

/** A fault in the words of a surface. */
export interface RenderedFault { readonly status: number; readonly body: object }

const flatTitles: Readonly<Record<FaultKind, readonly [number, string]>> = {
  invalid_request: [400, 'Invalid request'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'Not found'],
  conflict: [409, 'Conflict'],
  too_large: [413, 'Payload too large'],
  unsupported_media_type: [415, 'Unsupported media type'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Service unavailable'],
};

const envelopeTypes: Readonly<Record<FaultKind, string>> = {
  invalid_request: 'invalid_request_error',
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  conflict: 'conflict_error',
  too_large: 'invalid_request_error',
  unsupported_media_type: 'invalid_request_error',
  internal: 'api_error',
  unavailable: 'service_unavailable_error',
};

const withParam = (fault: Fault) => (fault.param === undefined ? {} : { param: fault.param });

const flat = (fault: Fault, requestId: string): RenderedFault => {
  const [status, error] = flatTitles[fault.kind];
  const ours = fault.kind === 'internal' || fault.kind === 'unavailable';
  return { status, body: { error, message: fault.message, ...withParam(fault), ...(ours ? { requestId } : {}) } };
};

const envelope = (fault: Fault): RenderedFault => ({
  status: flatTitles[fault.kind][0],
  body: { error: { type: envelopeTypes[fault.kind], message: fault.message, ...withParam(fault), ...(fault.code === undefined ? {} : { code: fault.code }) } },
});

/** Renders a fault for the surface of its route, unless the fault names its own. */
export const renderFault = (fault: Fault, surface: Surface, requestId: string): RenderedFault =>
  (fault.surface ?? surface) === 'flat' ? flat(fault, requestId) : envelope(fault);
