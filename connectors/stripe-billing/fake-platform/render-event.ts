import { type Emitted, API_VERSION } from './event-log.js';

const BASIL = '2025-03-31';

/**
 * Renders an event for an endpoint's API version: fact('event.version_of_endpoint').
 * Before basil an invoice embeds its payment: fact('event.before_basil').
 */
export const renderedFor = ({ event, beforeBasil }: Emitted, apiVersion: string | null): object => {
  const version = apiVersion ?? API_VERSION;
  const rendered = { ...event, api_version: version };
  if (version >= BASIL || beforeBasil === null) return rendered;
  const { parent: _parent, amount_overpaid: _amountOverpaid, ...invoice } = event.data.object;
  return { ...rendered, data: { ...event.data, object: { ...invoice, ...beforeBasil } } };
};
