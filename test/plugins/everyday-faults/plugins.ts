import { subscribe } from 'node:diagnostics_channel';
import { definePlugins } from '../../../core/connector-kit/index.js';
import { sampleBilling } from '../../sample-billing/connector.js';
import { gateway } from './gateway.js';

const text = (body: unknown): string => (typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '');

/** Sending an event that says "lethal" kills the process, as a fault of a library would that meets one body it cannot take. */
if (process.env['LETHAL_EVENTS'] === 'yes') {
  subscribe('undici:request:create', (message) => {
    const { request } = message as { readonly request: { readonly body?: unknown } };
    if (text(request.body).includes('lethal')) process.kill(process.pid, 'SIGKILL');
  });
}

const plain = sampleBilling();

/** The sample platform, whose delivery of `lethal` aborts the process that parses it. */
const connector = sampleBilling({
  webhook: {
    ...plain.webhook,
    parse: (delivery, context) => {
      if (Buffer.from(delivery.body).includes('"lethal"')) process.abort();
      return plain.webhook.parse(delivery, context);
    },
  },
});

/** The plugin list of a hub that meets what ends processes. */
export default definePlugins({
  connectors: { 'sample-billing': async () => ({ connector }) },
  gateways: { everyday: async () => ({ gateway }) },
});
