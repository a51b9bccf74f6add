import { defineConnector, defineGateway } from '../../core/connector-kit/index.js';
import { collectNow, findCollection, protection } from './collection.js';
import { connectorConfig, gatewayConfig, HOST, limitsOf, modeOf } from './config.js';
import { handBack, takeOver } from './dunning.js';
import { listFailures } from './failures.js';
import { checkConnectorHealth, checkGatewayHealth } from './health.js';
import { listPaymentMethods } from './payment-methods.js';
import { openStripe } from './platform-api.js';
import { readInvoice } from './read-invoice.js';
import { readToken } from './read-token.js';
import { refund } from './refund.js';
import { record, reverse } from './settlement.js';
import { ensureEndpoints, removeEndpoints } from './setup.js';
import { charge, find, gatewayProtection, prepare, revoke } from './stripe-gateway.js';
import { understand } from './understand.js';
import { webhook } from './webhook.js';

/** Stripe Billing: failing invoices of a Stripe account, collected by Stripe itself, or charged at another gateway and recorded on the invoice. */
export const connector = defineConnector({
  id: 'stripe-billing',
  displayName: 'Stripe Billing',
  contract: '0.1.0',
  configSchema: connectorConfig,
  mode: modeOf,
  hosts: () => [HOST],
  limits: limitsOf,
  open: ({ config }, io) => openStripe(config, io),

  webhook,
  understand,
  invoices: { read: readInvoice },
  paymentMethods: { mode: 'readable', list: listPaymentMethods },
  dunning: { mode: 'controllable', neededFor: 'gateway', takeOver, handBack },
  collection: { collectNow, findCollection, protection },
  settlement: { mode: 'recorded', record, reverse },
  failures: { list: listFailures },
  setup: { ensure: ensureEndpoints, remove: removeEndpoints },
  checkHealth: checkConnectorHealth,
});

/** Stripe as a gateway: a PaymentIntent of our own, made by `prepare`, confirmed by `charge`, cancelled by `revoke`. */
export const gateway = defineGateway({
  id: 'stripe',
  displayName: 'Stripe',
  contract: '0.1.0',
  configSchema: gatewayConfig,
  mode: modeOf,
  hosts: () => [HOST],
  limits: limitsOf,
  open: ({ config }, io) => openStripe(config, io),

  readToken,
  accepts: (token) => token.gatewayType === 'stripe',
  currencies: () => 'any',
  protection: gatewayProtection,
  prepare,
  charge,
  find,
  revoke,
  refund,
  checkHealth: checkGatewayHealth,
});
